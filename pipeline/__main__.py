"""A pipeline run from the shell, without Airflow: `python -m pipeline run` and `backfill`; see --help."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from pipeline import backfill, stages
from warehouse.base.command import run_command
from warehouse.base.settings import Settings


def main(arguments: Sequence[str] | None = None) -> int:
    """Run to the end; 0 when it published, 1 with a message when not."""
    asked = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    for chatty in ("mlflow", "alembic"):
        logging.getLogger(chatty).setLevel(logging.ERROR)
    return run_command(lambda settings: asked.work(settings, asked))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m pipeline", description="Run the pipeline without Airflow.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    run = _command(commands, "run", _run, "from landed files to the published warehouse")
    run.add_argument("--input", type=Path, help="a file or folder to land first")
    run.add_argument("--as-of", type=date.fromisoformat, metavar="YYYY-MM-DD", help="default: all data")
    past = _command(commands, "backfill", _backfill, "score past dates anew, and publish once for all of them")
    past.add_argument("--first", required=True, metavar="YYYY-MM-DD")
    past.add_argument("--last", required=True, metavar="YYYY-MM-DD")
    past.add_argument("--step", type=int, default=1, metavar="DAYS", help="from one date to the next (default: 1)")
    return parser


def _command(commands: Any, name: str, work: Any, words: str) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=words, description=words)
    command.add_argument("--source", required=True, help="name of the source")
    command.set_defaults(work=work)
    return command


def _run(settings: Settings, asked: argparse.Namespace) -> None:
    report, plan = stages.ingest_checked(settings, asked.source, asked.input, asked.as_of)
    _show(report)
    stages.build_checked(settings, plan)
    for outcome in stages.train_all(settings, plan).values():
        _show(outcome)
    print(stages.score_and_publish(settings, plan, done=_show).in_words())


def _backfill(settings: Settings, asked: argparse.Namespace) -> None:
    print(backfill.run(settings, asked.source, asked.first, asked.last, asked.step, done=_show).in_words())


def _show(step: Any) -> None:
    print(*step.lines(), sep="\n", flush=True)


if __name__ == "__main__":
    sys.exit(main())
