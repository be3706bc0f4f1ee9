"""Gate `scores`: every customer (contract, …) has one answer per job, and every answer makes sense.

What holds for all score tables is in `score_rules`, what their columns must hold in the declarations of the jobs
(warehouse/jobs), and what is true of one job alone in `expectations.suites.jobs`.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec

from great_expectations.expectations.expectation import Expectation

from expectations.suites.rules import TableSuite, as_warning, bounded, in_set
from expectations.suites.score_rules import LOOK, common_rules, filled_when_scored, finite, interval_holds, reasoned
from expectations.thresholds import ScoresThresholds
from warehouse.jobs.registry import job_specs
from warehouse.jobs.spec import JobSpec
from warehouse.tables.own_tables import score_table


def scores_suites(thresholds: ScoresThresholds) -> list[TableSuite]:
    """The suites of the score tables; rules about values look at the run's as-of date."""
    return [_suite(spec, thresholds) for spec in job_specs()]


def _suite(spec: JobSpec, thresholds: ScoresThresholds) -> TableSuite:
    rules = (*common_rules(spec, thresholds), *_declared_rules(spec))
    own = f"expectations.suites.jobs.{spec.name}"
    if find_spec(own):
        rules += import_module(own).rules(thresholds)
    if spec.optional:
        rules = tuple(as_warning(rule) for rule in rules)
    columns = tuple(column.name for column in score_table(spec).columns)
    return TableSuite("scores", spec.scores.table, columns, rules)


def _declared_rules(spec: JobSpec) -> Iterator[Expectation]:
    """What the declaration says of the columns."""
    columns = spec.scores.columns
    if filled := tuple(name for name, column in columns.items() if column.filled):
        yield filled_when_scored(spec.scores.key, filled)
    if numbers := tuple(name for name, column in columns.items() if column.finite):
        yield finite(numbers)
    for name, column in columns.items():
        if column.allowed:
            yield in_set(name, list(column.allowed), f"{name} is one of {', '.join(column.allowed)}.", LOOK)
        yield from bounded(name, column.min, column.max, LOOK)
    for value in columns:
        lower, upper = (value.replace("_amount", f"_{end}_amount") for end in ("lower", "upper"))
        if value.endswith("_amount") and lower in columns and upper in columns:
            yield interval_holds(spec.scores.key, lower, value, upper)
    if spec.reasons is not None:
        yield reasoned(spec.scores.key)
