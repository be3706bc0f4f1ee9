"""`python -m services …`: what the Makefile calls."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from dashboard.access import sign_in_link as sign_in_to_dashboard
from services import embedded, left_over, pipeline, scorer, sql_prompt
from services.endpoints import addresses
from services.processes import running
from services.sign_in import sign_in_link, sign_in_to_mlflow
from services.summary import address_lines, page_lines
from serving.access import sign_in_to_scorer
from warehouse.alerts.alert import alerts_file, last_alert
from warehouse.base.command import run_command
from warehouse.base.settings import Settings

# What is true after Ctrl-C: `run` has ended its own run, and Airflow where nobody else needs it; `demo` only waits.
_STOPPED = {
    "demo": "Stopped waiting. What runs in Airflow goes on: `make status`, `make down`.",
    "run": "Stopped. The run is ended; what was published before is as it was.",
}


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 when it went well, 1 with a message when not."""
    options = _parser().parse_args(arguments)
    return run_command(lambda settings: options.do(settings, options), options.interrupted)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m services", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, do, words, takes in (
        ("demo", _demo, "run the pipeline, print a summary, leave the dashboard, Airflow and MLflow up", _add_request),
        ("run", _run, "run the pipeline to its end, for scripts", _add_request),
        ("up", _up, "start the dashboard, Airflow and MLflow", _add_left_over),
        ("serve", _serve, "start the scorer: one customer, now, over HTTP", None),
        ("down", _down, "stop them", None),
        ("status", _status, "what runs, where, and what is published", None),
        ("sql", _sql, "ask the published warehouse", _add_query),
    ):
        command = commands.add_parser(name, help=words, description=words)
        command.set_defaults(do=do, interrupted=_STOPPED.get(name, "Stopped."))
        if takes:
            takes(command)
    return parser


def _add_query(sql: argparse.ArgumentParser) -> None:
    sql.add_argument("query", nargs="?", default="", help="one query; without it, a prompt")
    sql.add_argument("--format", default="", help=f"how the answer is written: {', '.join(sql_prompt.FORMATS)}")


def _add_request(parser: argparse.ArgumentParser) -> None:
    # Empty text means "not given": the Makefile passes all of them.
    parser.add_argument("--source", default="", help="a source's name (default: sample_shop)")
    parser.add_argument("--input", default="", help="a file or folder to land first")
    parser.add_argument("--as-of", default="", help="YYYY-MM-DD (default: the day after the newest complete day)")
    parser.add_argument("--force-retrain", default="", nargs="?", const="1", help="train although nothing changed")
    _add_left_over(parser)


def _add_left_over(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--left-over", default="", help="finish or end what an interrupted run left unfinished")


def request_parser(program: str, words: str | None) -> argparse.ArgumentParser:
    """Return a parser of nothing but a request."""
    parser = argparse.ArgumentParser(prog=program, description=words)
    _add_request(parser)
    return parser


def request_from(options: argparse.Namespace) -> pipeline.Request:
    """Return the request that the options spell."""
    return pipeline.Request(
        source=options.source or "sample_shop",
        input=Path(options.input) if options.input else None,
        as_of_date=options.as_of or None,
        force_retrain=options.force_retrain.lower() in ("1", "true", "yes"),
        interrupted=left_over.chosen(options.left_over, left_over.END),
    )


def _demo(settings: Settings, options: argparse.Namespace) -> None:
    pipeline.demo(settings, request_from(options), _say)


def _run(settings: Settings, options: argparse.Namespace) -> None:
    pipeline.run(settings, request_from(options), _say)


def _up(settings: Settings, options: argparse.Namespace) -> None:
    where = embedded.up(settings, _say, interrupted=left_over.chosen(options.left_over, left_over.FINISH))
    _say("\n".join(address_lines(settings, where)))


def _serve(settings: Settings, _options: argparse.Namespace) -> None:
    where = scorer.serve(settings, _say)
    _say("\n".join(scorer.lines(settings, where)))


def _down(settings: Settings, _options: argparse.Namespace) -> None:
    stopped = embedded.down(settings, _say)
    _say(f"Stopped {', '.join(stopped)}." if stopped else "Nothing was running.")


def _status(settings: Settings, _options: argparse.Namespace) -> None:
    where = addresses(settings)
    for name in embedded.ALL_SERVICES:
        process = running(settings, name)
        _say(f"{name:<22} {f'running, process {process.pid}' if process else 'stopped'}")
    if embedded.is_up(settings):
        _say(f"\nAirflow     {sign_in_link(settings, where)}   (signs you in: keep it to yourself)")
    if running(settings, embedded.DASHBOARD):
        _say(f"Dashboard   {sign_in_to_dashboard(settings, where.dashboard)}   (signs you in, too)")
    if running(settings, embedded.MLFLOW_SERVER):
        _say(f"MLflow      {sign_in_to_mlflow(settings, where)}   (signs you in, too)")
    if running(settings, embedded.SCORER):
        _say(f"Scorer      {sign_in_to_scorer(settings, where.scorer)}   (signs you in, too)")
    _say("")
    if alert := last_alert(settings):
        _say(f"Last alert  {alert.in_words()}")
        _say(f"            all alerts: {alerts_file(settings)}")
        _say("")
    if not settings.published_file.exists():
        _say("Nothing has been published yet: make demo")
        return
    query = (
        "select published_version as published, source, as_of_date, customers, published_at, status_reason as why "
        "from quality.pipeline_runs where status = 'live'"
    )
    _say("\n".join(sql_prompt.answer(settings, query)))
    _say(f"Run summaries  {settings.run_summaries_folder}")
    _say("\n".join(page_lines(settings)))


def _sql(settings: Settings, options: argparse.Namespace) -> None:
    if not options.query.strip():
        sql_prompt.prompt(settings)
        return
    if options.format.lower() not in ("", sql_prompt.TABLE):
        sql_prompt.write_answer(settings, options.query, options.format.lower())
        return
    for line in sql_prompt.answer(settings, options.query):
        _say(line)


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
