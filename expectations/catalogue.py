"""The table of expectations in docs/gates.md: ``python -m expectations table`` prints it, a test compares it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from expectations.gates import GATES, build_suites

BEGIN, END = "<!-- expectations: begin -->", "<!-- expectations: end -->"
_DATE = date(2000, 1, 1)  # any: no first step names the date


def catalogue_lines() -> Iterator[str]:
    """One row per gate, severity and first step, with the expectations that share it."""
    yield BEGIN
    for gate in GATES:
        yield from ("", f"### Gate `{gate}`", "", "| severity | expectations | first step |", "|---|---|---|")
        for (severity, first_step), rules in sorted(_rules_by_step(gate).items()):
            yield f"| {severity} | {_listed(rules)} | {first_step.replace('|', chr(92) + '|')} |"
    yield from ("", END)


def _rules_by_step(gate: str) -> dict[tuple[str, str], dict[str, list[str]]]:
    """Rules of each table by (severity, first step)."""
    found: dict[tuple[str, str], dict[str, list[str]]] = {}
    steps: dict[tuple[str, str], set[str]] = {}
    for suite in build_suites(gate, _DATE):
        for expectation in suite.expectations:
            meta = expectation.meta or {}
            severity = str(getattr(expectation.severity, "value", expectation.severity))
            table = meta.get("table", suite.table_name)
            bare = table.rpartition(".")[2]
            key = severity, re.sub(rf"(?<![\w.]){bare}(?!\w)", "<table>", meta["first_step"])
            steps.setdefault(key, set()).add(meta["first_step"])
            rule = meta["rule"]
            if suite.title in ("structure", "distribution"):  # rules on several tables, named after them
                rule = rule.removeprefix(f"{table.replace('.', '_')}_").removeprefix(f"{bare}_")
            found.setdefault(key, {}).setdefault(table, []).append(rule)
    # A step that only one table has, names it.
    return {
        (severity, step if len(steps[severity, step]) > 1 else min(steps[severity, step])): rules
        for (severity, step), rules in found.items()
    }


def _listed(rules: dict[str, list[str]]) -> str:
    """Tables with the same rules together."""
    tables: dict[tuple[str, ...], list[str]] = {}
    for table, names in rules.items():
        tables.setdefault(tuple(names), []).append(f"`{table}`")
    return "; ".join(f"{', '.join(those)}: {', '.join(names)}" for names, those in tables.items())
