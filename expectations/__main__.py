"""Run one gate from the shell: ``python -m expectations raw --source sample_shop --as-of 2026-06-30``.

``results`` in place of a gate prints what each gate said last, ``table`` the table in docs/gates.md; ``accept``
takes what the gates measured last for right, where a change against the former run stops them.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import date

from expectations.gates import GATES, run_gate
from expectations.gx.context import calm_great_expectations
from expectations.measures.measure import accept_measured
from expectations.stored_results import result_lines
from warehouse.base.command import run_command
from warehouse.base.settings import Settings
from warehouse.runs.planning import LATEST, plan_run, resolve_source


def main(arguments: Sequence[str] | None = None) -> int:
    """Check, tell, and return the exit status: 0 when the gate is passed, 1 when not."""
    parser = argparse.ArgumentParser(prog="python -m expectations", description="Check what a gate guards.")
    parser.add_argument("gate", choices=(*GATES, "results", "accept", "table"), help="a gate; or what to do")
    parser.add_argument("--source", default=LATEST, help="a source's name (default: the one that is live)")
    parser.add_argument(
        "--as-of",
        type=date.fromisoformat,
        metavar="YYYY-MM-DD",
        help="the run knows what happened before this day (default: the day after the newest complete day)",
    )
    given = parser.parse_args(arguments)
    return run_command(lambda settings: _check(settings, given))


def _check(settings: Settings, given: argparse.Namespace) -> int:
    if given.gate == "table":
        calm_great_expectations()
        from expectations.catalogue import catalogue_lines

        print("\n".join(catalogue_lines()))
        return 0
    source = resolve_source(settings, given.source)
    if given.gate == "results":
        print("\n".join(result_lines(settings, source)))
        return 0
    as_of_date = given.as_of or plan_run(settings, source).as_of_date
    if given.gate == "accept":
        print(accept_measured(settings, source, as_of_date))
        return 0
    result = run_gate(settings, source, given.gate, as_of_date)
    print("\n".join(result.lines()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
