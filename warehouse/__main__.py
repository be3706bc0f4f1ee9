"""`python -m warehouse …`: each stage of the warehouse from the shell, without Airflow."""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path

from warehouse import dbt
from warehouse.data_dictionary import write_data_dictionary
from warehouse.errors import ClienteleError
from warehouse.ingest import ingest_source
from warehouse.landing import land_input
from warehouse.publish import publish
from warehouse.runs import LATEST, plan_run, resolve_source
from warehouse.settings import CHECKOUT, Settings
from warehouse.source_folders import load_source, source_names


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 when it went well, 1 with a message when not."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    try:
        options.run(Settings(), options)
    except ClienteleError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m warehouse", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _command(commands, "sources", _sources, "list the sources")
    ingest = _command(commands, "ingest", _ingest, "landing → raw", source=True)
    ingest.add_argument("--input", type=Path, help="a file or folder to land first")
    _command(commands, "marts", _marts, "raw → marts (dbt)", source=True, as_of=True)
    _command(commands, "activate", _activate, "scores → customer_360 (dbt)", source=True, as_of=True)
    _command(commands, "publish", _publish, "put marts, scores and quality in place", source=True, as_of=True)
    _command(commands, "dictionary", _dictionary, "write docs/data-dictionary.md")
    return parser


def _command(commands, name: str, run, words: str, *, source: bool = False, as_of: bool = False):
    parser = commands.add_parser(name, help=words, description=words)
    parser.set_defaults(run=run)
    if source:
        parser.add_argument("--source", default=LATEST, help="a source's name (default: the one loaded last)")
    if as_of:
        parser.add_argument("--as-of", help="YYYY-MM-DD (default: the day after the newest complete day)")
    return parser


def _sources(settings: Settings, _options: argparse.Namespace) -> None:
    for name in source_names(settings):
        print(f"{name:<20} {load_source(settings, name).description.strip()}")


def _ingest(settings: Settings, options: argparse.Namespace) -> None:
    if options.input:
        land_input(settings, load_source(settings, options.source).name, options.input)
    for line in ingest_source(settings, resolve_source(settings, options.source)).lines():
        print(line)


def _marts(settings: Settings, options: argparse.Namespace) -> None:
    plan = plan_run(settings, options.source, options.as_of)
    dbt.build(settings, plan.source, plan.as_of_date, dbt.MART_SELECTION)
    print(f"marts of {plan.source} as of {plan.as_of_date} are built")


def _activate(settings: Settings, options: argparse.Namespace) -> None:
    plan = plan_run(settings, options.source, options.as_of)
    dbt.build(settings, plan.source, plan.as_of_date, dbt.ACTIVATION_SELECTION)
    print(f"customer_360 of {plan.source} as of {plan.as_of_date} is built")


def _publish(settings: Settings, options: argparse.Namespace) -> None:
    plan = plan_run(settings, options.source, options.as_of)
    report = publish(settings, plan.source, plan.as_of_date, plan.pipeline_run_id)
    print(f"{report.path} is version {report.version}: {len(report.table_rows)} tables")


def _dictionary(_settings: Settings, _options: argparse.Namespace) -> None:
    write_data_dictionary(CHECKOUT / "docs" / "data-dictionary.md")


if __name__ == "__main__":
    sys.exit(main())
