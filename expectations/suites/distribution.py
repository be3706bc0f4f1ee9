"""The part of each gate on what the former run was like: columns and totals, by their profiles."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from great_expectations.expectations.expectation import Expectation

from expectations.suites.collapse import collapse_rules
from expectations.suites.former_run import COLUMNS, NO_FORMER_RUN, PRESENT_AND_FORMER
from expectations.suites.rules import Severity, TableSuite, no_rows
from expectations.thresholds import DistributionThresholds, ProfiledTable, Thresholds
from warehouse.base.population_stability import population_stability_sql

# Columns of this run beside those of the former one. Where nothing is left to measure only warnings speak of it here;
# what must not vanish is checked by its totals (collapse.py).
_COMPARED = f"""
    with {PRESENT_AND_FORMER},
    judged as (
        select
            (select max(row_count) from present) as row_count,
            (select max(row_count) from former) as former_row_count,
            (select max(as_of_date) from former) as former_date
    ),
    emptied as (
        select 0 as row_count, former_row_count, former_date
        from judged where row_count is null and former_row_count >= :minimum and :kind_severity = 'warning'
    ),
    reason as (
        select case
            when former_date is null then '{NO_FORMER_RUN}'
            when coalesce(least(row_count, former_row_count), 0) < :minimum or row_count is null
                then coalesce(row_count, 0) || ' rows, ' || former_row_count || ' on ' || former_date || '; '
                    || :minimum || ' are needed'
            end as cannot_judge
        from judged
        where not exists (select 1 from emptied)
    ),
    moved as ({{moved}})
    select moved.*, judged.former_date, cast(null as varchar) as cannot_judge
    from moved cross join judged
    where (select cannot_judge from reason) is null
    union all by name
    select * from emptied
    union all by name
    select cannot_judge from reason where cannot_judge is not null
"""
_SINGLE = """
        select present.column_name, present.measure, former.value as former_value, present.value
        from present inner join former
            on former.column_name = present.column_name and former.measure = present.measure
        where {condition}
"""
_CHANGED = "abs(present.value - former.value) > :limit"
_MULTIPLIED = (
    "present.value > 0 and former.value > 0 "
    "and greatest(present.value / former.value, former.value / present.value) > :limit"
)
# Chance alone makes a population stability index of about (categories - 1) × (1/n + 1/m) in samples of n and m; twice
# that is added to the limit.
_PSI = population_stability_sql("share", "former_share")
_SHIFTED = f"""
        select column_name, round({_PSI}, 3) as psi
        from (
            select
                coalesce(present.column_name, former.column_name) as column_name,
                greatest(coalesce(present.value, 0), :floor) as share,
                greatest(coalesce(former.value, 0), :floor) as former_share
            from present full outer join former
                on former.column_name = present.column_name and former.category = present.category
        ) as shares
        group by column_name
        having {_PSI} > :limit + 2 * (count(*) - 1)
            * (select 1.0 / row_count + 1.0 / former_row_count from judged)
"""


@dataclass(frozen=True)
class _Kind:
    """One kind of comparison: its rule's name, what it looks at, and from where on it does not hold."""

    title: str
    moved: str
    measures: tuple[str, ...]
    limit: float
    severity: Severity
    means: str
    first_step: str


def distribution_suite(gate: str, thresholds: Thresholds) -> TableSuite:
    """`quality.column_profiles` of one gate."""
    rules = tuple(
        _rule(name, kind, table, thresholds.distribution)
        for name, table in thresholds.distribution.tables.items()
        if table.gate == gate
        for kind in _kinds(name.partition(".")[2], table, thresholds.distribution)
    )
    rules += collapse_rules(gate, thresholds.collapse)
    return TableSuite("quality", "column_profiles", COLUMNS, rules, title="distribution")


def _rule(name: str, kind: _Kind, table: ProfiledTable, thresholds: DistributionThresholds) -> Expectation:
    return no_rows(
        f"{name.partition('.')[2]}_{kind.title}",
        _COMPARED.replace("{moved}", kind.moved),
        kind.means,
        kind.first_step,
        table=name,
        severity=kind.severity,
        gate=table.gate,
        profiled=name,
        measures=kind.measures,
        limit=kind.limit,
        minimum=thresholds.row_count_minimum,
        kind_severity=kind.severity,
        floor=thresholds.category_share_floor,
    )


def _kinds(bare: str, table: ProfiledTable, thresholds: DistributionThresholds) -> Iterator[_Kind]:
    if table.filled:
        yield from _null_shares(bare, table, thresholds)
    if table.amounts:
        yield from _amounts(table, thresholds)
    if table.categories:
        limit = thresholds.category_psi_warning
        means = f"The shares in {', '.join(table.categories)} are those of the former run (PSI up to {limit:g})."
        look = "Compare the shares with the former run's in quality.column_profiles; look for renamed categories."
        yield _Kind("categories", _SHIFTED, ("category_share",), limit, "warning", means, look)


def _null_shares(bare: str, table: ProfiledTable, thresholds: DistributionThresholds) -> Iterator[_Kind]:
    moved = _SINGLE.format(condition=_CHANGED)
    look = f"Look at the mapping and at the newest files of {bare}: a column moved, or is no longer exported."
    limits: list[tuple[str, float, Severity]] = [
        ("null_shares", thresholds.null_share_change_warning, "warning"),
        ("null_shares_stand", thresholds.null_share_change_maximum, "critical"),
    ]
    for title, limit, severity in limits:
        means = f"Empty values in {', '.join(table.filled)} are as frequent as in the former run (± {limit:.0%})."
        yield _Kind(title, moved, ("null_share",), limit, severity, means, look)


def _amounts(table: ProfiledTable, thresholds: DistributionThresholds) -> Iterator[_Kind]:
    moved = _SINGLE.format(condition=_MULTIPLIED)
    columns = ", ".join(table.amounts)
    look = "Compare with the former run in quality.column_profiles: a season, a changed unit or currency, new goods?"
    limit = thresholds.amount_factor_warning
    means = f"Mean, median and upper decile of {columns} moved by no factor above {limit:g} since the former run."
    yield _Kind("amounts", moved, ("mean", "median", "upper_decile"), limit, "warning", means, look)
    # One huge order moves a mean: only the median may stop a run.
    limit = thresholds.amount_factor_maximum
    means = f"The median of {columns} moved by no factor above {limit:g} since the former run."
    yield _Kind("amounts_stand", moved, ("median",), limit, "critical", means, look)
