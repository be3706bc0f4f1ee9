"""`python -m warehouse …`: each stage of the warehouse from the shell, without Airflow."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Iterable
from pathlib import Path

from warehouse.arrivals.absorb import absorb
from warehouse.base.command import run_command
from warehouse.base.errors import ClienteleError, EnginesDiffer, SettingsError
from warehouse.base.person import person
from warehouse.base.settings import Settings
from warehouse.base.time_zones import local_now
from warehouse.dictionary.write import write_dictionary
from warehouse.erasure.erase import erase
from warehouse.erasure.erasure_preview import preview_erasure
from warehouse.identity.resolve import resolve_identities
from warehouse.landing.landing_folder import land_input
from warehouse.loading.ingest import ingest_source
from warehouse.marts import dbt
from warehouse.marts.build import build_marts
from warehouse.publishing.publish import publish
from warehouse.publishing.rollback import roll_back
from warehouse.publishing.version_list import version_lines
from warehouse.runs.planning import LATEST, RunPlan, plan_run, read_date, resolve_source
from warehouse.sharing.shared_file import end_of_months, share, what_sharing_would_do
from warehouse.sharing.sharing_budget import read_epsilon
from warehouse.source_definitions.folders import load_source, replaces_shipped, source_names


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 when it went well, 1 with a message when not."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    return run_command(lambda settings: options.run(settings, options))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m warehouse", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _command(commands, "sources", _sources, "list the sources")
    drafting = _command(commands, "source", _draft, "draft a source from a folder of files, run it, show first numbers")
    drafting.add_argument("--name", default="", help="what the new source is to be called")
    drafting.add_argument("--input", default="", help="the file or folder that it is drafted from")
    drafting.add_argument("--no-run", action="store_true", help="only write the draft")
    ingest = _command(commands, "ingest", _ingest, "landing → raw", source=True)
    ingest.add_argument("--input", type=Path, help="a file or folder to land first")
    _command(commands, "arrivals", _arrivals, "land what arrived, and show it beside what is published", source=True)
    _command(commands, "identities", _identities, "which customer ids are one person", source=True, as_of=True)
    marts = _command(commands, "marts", _marts, "raw → identities → marts (dbt)", source=True, as_of=True)
    marts.add_argument("--full", action="store_true", help="build everything, not only what changed")
    _command(commands, "compare-engines", _compare_engines, "whether Spark makes the marts of DuckDB", source=True)
    _command(commands, "activate", _activate, "scores → customer_360 (dbt)", source=True, as_of=True)
    audiences = _command(commands, "audiences", _audiences, "select and export audiences", source=True, as_of=True)
    audiences.add_argument("--try", dest="dry_run", action="store_true", help="only count: nothing is written")
    _command(commands, "publish", _publish, "put marts, scores and quality in place", source=True, as_of=True)
    back = _command(commands, "rollback", _rollback, "make a former published version live again")
    back.add_argument("--version", default="", help="a version's name (default: the one before the live one)")
    back.add_argument("--reason", default="", help="why; stands in quality.pipeline_runs")
    erasing = _command(commands, "erase", _erase, "remove a person everywhere, and prove it", source=True)
    erasing.add_argument("--customer", required=True, help="any of the person's ids, as the source has it")
    erasing.add_argument("--reason", default="", help="why; without names or ids, for it is kept")
    erasing.add_argument("--dry-run", action="store_true", help="only say what would be removed")
    erasing.add_argument("--confirm", nargs="?", const="yes", default="", help="act (yes); else asked at a terminal")
    erasing.add_argument("--no-rebuild", action="store_true", help="leave building the marts to the next run")
    sharing = _command(commands, "share", _share, "write noisy figures, within the privacy budget", source=True)
    sharing.add_argument("--epsilon", default="", help="privacy budget to spend; without it, only says what is left")
    sharing.add_argument("--as-of", default="", help="first day of a month; the months before it (default: this one)")
    sharing.add_argument("--out", type=Path, help="folder to write into (default: shared/ in the home)")
    versions = _command(commands, "versions", _versions, "list the published versions: which is live, and why")
    versions.add_argument("--all", action="store_true", help="also those that are no longer kept")
    _command(commands, "dictionary", _dictionary, "write docs/data-dictionary.md and docs/dictionary/")
    return parser


def _command(commands, name: str, run, words: str, *, source: bool = False, as_of: bool = False):
    parser = commands.add_parser(name, help=words, description=words)
    parser.set_defaults(run=run)
    if source:
        parser.add_argument("--source", default=LATEST, help="a source's name (default: the one that is live)")
    if as_of:
        parser.add_argument("--as-of", help="YYYY-MM-DD (default: the day after the newest complete day)")
    return parser


def _plan(settings: Settings, options: argparse.Namespace) -> RunPlan:
    return plan_run(settings, options.source, read_date(options.as_of))


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        print(line)


def _sources(settings: Settings, _options: argparse.Namespace) -> None:
    for name in source_names(settings):
        print(f"{name:<20} {_described(settings, name)}")


def _described(settings: Settings, name: str) -> str:
    """Describe a source; one that is wrong does not hide the others."""
    try:
        source = load_source(settings, name)
    except ClienteleError as error:
        return f"cannot be used: {error}"
    own = " (your own, in place of the shipped one)" if replaces_shipped(source) else ""
    return f"{source.description.strip()}{own}"


def _draft(settings: Settings, options: argparse.Namespace) -> None:
    from warehouse.drafting.draft import draft_source
    from warehouse.drafting.first_numbers import run_draft

    if not options.name.strip() or not options.input.strip():
        raise SettingsError("What is to be drafted?", "make source INPUT=folder NAME=my_shop")
    given = Path(options.input)
    drafted = draft_source(settings, options.name.strip(), given)
    _print(drafted.lines())
    if not drafted.can_run:
        print("No file gives orders or subscriptions, so nothing can be run yet. What is there is drafted.")
    elif not options.no_run:
        run_draft(settings, drafted.name, given, print)
    print(f"Look at {drafted.folder}, at what is marked CHECK. Then: make demo SOURCE={drafted.name} INPUT={given}")


def _ingest(settings: Settings, options: argparse.Namespace) -> None:
    if options.input:
        for line in land_input(settings, options.source, options.input).recognised.lines():
            print(f"not landed: {line}")
    _print(ingest_source(settings, resolve_source(settings, options.source)).lines())


def _arrivals(settings: Settings, options: argparse.Namespace) -> None:
    _print(absorb(settings, resolve_source(settings, options.source)).lines())


def _identities(settings: Settings, options: argparse.Namespace) -> None:
    plan = _plan(settings, options)
    _print(resolve_identities(settings, plan.source, plan.as_of_date).lines())


def _marts(settings: Settings, options: argparse.Namespace) -> None:
    plan = _plan(settings, options)
    _print(build_marts(settings, plan.source, plan.as_of_date, full=options.full).lines())
    print(f"marts of {plan.source} as of {plan.as_of_date} are built")


def _compare_engines(settings: Settings, options: argparse.Namespace) -> None:
    from warehouse.marts.engines import compare_engines

    source = resolve_source(settings, options.source)
    compared = compare_engines(settings, source)
    _print(one.in_words() for one in compared)
    different = [one.table for one in compared if not one.is_equal]
    if different:
        raise EnginesDiffer(f"{len(different)} of {len(compared)} tables differ: {', '.join(different)}.")
    print(f"All {len(compared)} tables are equal.")


def _activate(settings: Settings, options: argparse.Namespace) -> None:
    plan = _plan(settings, options)
    dbt.build(settings, plan.source, plan.as_of_date, dbt.ACTIVATION_SELECTION)
    print(f"customer_360 of {plan.source} as of {plan.as_of_date} is built")


def _audiences(settings: Settings, options: argparse.Namespace) -> None:
    # Here: what measures effects takes a third of a second to import, which no other command should wait for.
    from warehouse.audiences.export import export_audiences
    from warehouse.audiences.notice import post_exports
    from warehouse.audiences.select import select_audiences

    plan = _plan(settings, options)
    selection = select_audiences(settings, plan.source, plan.as_of_date, write=not options.dry_run)
    _print(selection.lines())
    if selection.skipped or options.dry_run:
        return
    exports = export_audiences(settings, plan.source, plan.as_of_date, version="", pipeline_run_id=plan.pipeline_run_id)
    _print(exports.lines())
    _print(problem.in_words() for problem in post_exports(settings, exports))


def _publish(settings: Settings, options: argparse.Namespace) -> None:
    plan = _plan(settings, options)
    report = publish(settings, plan.source, plan.as_of_date, plan.pipeline_run_id)
    print(f"{report.path} is version {report.version}: {len(report.table_rows)} tables")


def _rollback(settings: Settings, options: argparse.Namespace) -> None:
    print(roll_back(settings, options.version or None, person(), options.reason).in_words())


def _erase(settings: Settings, options: argparse.Namespace) -> None:
    source = resolve_source(settings, options.source)
    if options.source in ("", LATEST):
        raise SettingsError("Whose customer is it?", "Name the source: --source my_shop")
    if not options.customer.strip():
        raise SettingsError("No customer is named.", "Give one of the person's ids: --customer ID")
    if not _is_confirmed(settings, source, options):
        print(f'To erase: make erase SOURCE={source} CUSTOMER=… REASON="letter of …" CONFIRM=yes')
        return
    if not options.reason.strip():
        raise SettingsError(
            "No reason is given. Nothing was erased.", 'Say why, without names or ids: REASON="letter of 3 May"'
        )
    report = erase(settings, source, options.customer, person(), options.reason, rebuild=not options.no_rebuild)
    _print(report.lines())


def _is_confirmed(settings: Settings, source: str, options: argparse.Namespace) -> bool:
    """Whether the person said yes: beforehand, or at a terminal after being shown what would be done."""
    if options.confirm.strip().lower() == "yes" and not options.dry_run:
        return True
    _print(preview_erasure(settings, source, options.customer).lines())
    may_ask = sys.stdin.isatty() and sys.stdout.isatty() and options.reason.strip() and not options.dry_run
    return bool(may_ask) and input("Erase this person? Type yes: ").strip().lower() == "yes"


def _share(settings: Settings, options: argparse.Namespace) -> None:
    source = resolve_source(settings, options.source)
    epsilon = read_epsilon(options.epsilon)
    if epsilon is None:
        print("\n".join(what_sharing_would_do(settings, source)))
        return
    end = end_of_months(options.as_of, local_now(load_source(settings, source).time_zone).date())
    folder = options.out or settings.home / "shared"
    print(share(settings, source, epsilon, end=end, folder=folder, shared_by=person(), tell=print).in_words())


def _versions(settings: Settings, options: argparse.Namespace) -> None:
    _print(version_lines(settings, with_all=options.all))


def _dictionary(_settings: Settings, _options: argparse.Namespace) -> None:
    write_dictionary()


if __name__ == "__main__":
    sys.exit(main())
