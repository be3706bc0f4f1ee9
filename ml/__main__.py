"""`python -m ml train|score --job J --source S --as-of D [--force]`, `backtest`, `rollback`, `approve`: see --help."""

from __future__ import annotations

import argparse
import getpass
import logging
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from warehouse.base.command import run_command
from warehouse.base.settings import Settings
from warehouse.jobs.registry import backtested_jobs, job_names, trained_jobs


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return 0 if it succeeded (a refusal with a reason does), else 1."""
    asked = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("ml.competition.course").setLevel(logging.INFO)  # candidate by candidate
    for chatty in ("mlflow", "alembic"):
        logging.getLogger(chatty).setLevel(logging.ERROR)
    return run_command(lambda _settings: _COMMANDS[asked.command](asked))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m ml", description="Train and use the customer models.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, what in (
        ("train", "train and evaluate a job's candidates, and decide which model serves"),
        ("score", "score every customer with the model that serves"),
    ):
        command = commands.add_parser(name, help=what, description=what)
        command.add_argument("--job", choices=[*job_names(), "all"], required=True)
        command.add_argument("--source", required=True, help="name of the source")
        command.add_argument("--as-of", type=date.fromisoformat, required=True, metavar="YYYY-MM-DD")
        if name == "train":
            command.add_argument("--force", action="store_true", help="train even when it is not due")
    _add_spark(commands)
    _add_backtest(commands)
    _add_rollback(commands)
    _add_approve(commands)
    return parser


def _add_spark(commands: argparse._SubParsersAction) -> None:
    what = "score on Spark, write Parquet files, and compare them with the scores that are there (docs/spark.md)"
    command = commands.add_parser("score-on-spark", help=what, description=what)
    command.add_argument("--job", choices=trained_jobs(), nargs="+", required=True)
    command.add_argument("--source", required=True, help="name of the source")
    command.add_argument("--as-of", type=date.fromisoformat, required=True, metavar="YYYY-MM-DD")
    command.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="gets a folder for each job")


def _add_backtest(commands: argparse._SubParsersAction) -> None:
    what = "replay earlier dates: how good would the models have been? Changes no model in service"
    command = commands.add_parser("backtest", help=what, description=what)
    command.add_argument("--job", choices=[*backtested_jobs(), "all"], required=True)
    command.add_argument("--source", required=True, help="name of the source")
    command.add_argument("--as-of", type=date.fromisoformat, metavar="YYYY-MM-DD", help="default: all data")
    command.add_argument("--origins", type=int, default=6, metavar="N", help="the newest N dates, a step apart")
    command.add_argument("--dates", type=date.fromisoformat, nargs="+", default=(), metavar="YYYY-MM-DD")
    command.add_argument("--candidates", nargs="+", default=(), metavar="NAME", help="besides the baselines; for speed")


def _add_rollback(commands: argparse._SubParsersAction) -> None:
    what = "put a former champion back into service; the next scoring uses it"
    command = commands.add_parser("rollback", help=what, description=what)
    command.add_argument("--job", choices=job_names(), required=True)
    command.add_argument("--source", required=True, help="name of the source")
    command.add_argument("--as-of", type=date.fromisoformat, required=True, metavar="YYYY-MM-DD")
    command.add_argument("--version", metavar="N", help="default: the version that served before")


def _add_approve(commands: argparse._SubParsersAction) -> None:
    what = "answer for a model that awaits approval: let it serve, or reject it and keep the champion"
    command = commands.add_parser("approve", help=what, description=what)
    command.add_argument("--job", choices=job_names(), required=True)
    command.add_argument("--source", required=True, help="name of the source")
    command.add_argument("--reject", action="store_true", help="keep the champion")
    command.add_argument("--reason", default="", metavar="TEXT", help="stored with the decision")
    command.add_argument("--version", metavar="N", help="default: the version that awaits approval")


def _jobs(asked: argparse.Namespace) -> Sequence[str]:
    return job_names() if asked.job == "all" else (asked.job,)


def _train(asked: argparse.Namespace) -> int:
    from ml.lifecycle.optional import train_as_declared

    for job in _jobs(asked):
        outcome = train_as_declared(Settings(), job, asked.source, asked.as_of, force=asked.force)
        serving = f", {outcome.candidate} (version {outcome.model_version}) serves" if outcome.candidate else ""
        print(f"{job}: {outcome.status}{serving}\n  {outcome.reason}")
        if outcome.awaiting_version:
            print(f"  To answer: python -m ml approve --job {job} --source {asked.source} [--reject]")
    return 0


def _score(asked: argparse.Namespace) -> int:
    from ml.lifecycle.optional import score_as_declared

    for job in _jobs(asked):
        report = score_as_declared(Settings(), job, asked.source, asked.as_of)
        counts = ", ".join(f"{count} {status}" for status, count in report.rows_by_status.items()) or "no customers"
        print(f"{job}: {counts} → scores.{report.score_table} {report.reason}".rstrip())
    return 0


def _score_on_spark(asked: argparse.Namespace) -> int:
    from ml.lifecycle.scores_on_spark import score_on_spark

    is_equal = True
    for job in asked.job:
        scored = score_on_spark(Settings(), job, asked.source, asked.as_of, asked.out)
        print(scored.in_words())
        is_equal = is_equal and scored.is_equal
    return 0 if is_equal else 1


def _backtest(asked: argparse.Namespace) -> int:
    from ml.backtest.command import backtest

    jobs = backtested_jobs() if asked.job == "all" else (asked.job,)
    for report in backtest(
        Settings(),
        jobs,
        asked.source,
        dates=asked.dates,
        origin_count=asked.origins,
        as_of_date=asked.as_of,
        candidates=asked.candidates,
    ):
        print(f"{report.job}:", *report.lines(), sep="\n  ")
    return 0


def _rollback(asked: argparse.Namespace) -> int:
    from ml.lifecycle.rollback import roll_back

    chosen = roll_back(Settings(), asked.job, asked.source, asked.as_of, version=asked.version)
    print(f"{asked.job}: {chosen.candidate} (version {chosen.version}) serves {asked.source} again")
    return 0


def _approve(asked: argparse.Namespace) -> int:
    from ml.lifecycle.approval import Answer, answer

    given = Answer(not asked.reject, getpass.getuser(), asked.reason)
    serving = answer(Settings(), asked.job, asked.source, given, version=asked.version)
    served = f"{serving.candidate} (version {serving.version}) serves {asked.source}" if serving else "nothing serves"
    print(f"{asked.job}: {'rejected' if asked.reject else 'approved'}; {served}")
    return 0


_COMMANDS = {
    "train": _train,
    "score": _score,
    "score-on-spark": _score_on_spark,
    "backtest": _backtest,
    "rollback": _rollback,
    "approve": _approve,
}


if __name__ == "__main__":
    sys.exit(main())
