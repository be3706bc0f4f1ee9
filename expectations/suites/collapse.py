"""The part of gates `raw` and `marts` on what must not vanish: customers, orders, amounts, against the former run."""

from __future__ import annotations

from great_expectations.expectations.expectation import Expectation

from expectations.measures.profiles import TOTAL
from expectations.suites.former_run import NO_FORMER_RUN, PRESENT_AND_FORMER
from expectations.suites.rules import no_rows
from expectations.thresholds import CollapseThresholds

_COLLAPSED = f"""
    with {PRESENT_AND_FORMER}
    select
        present.column_name as figure, present.value, former.value as former_value,
        former.as_of_date as former_date, cast(null as varchar) as cannot_judge
    from present
    inner join former on former.column_name = present.column_name
    where (former.row_count > 0 and present.row_count = 0)
        or (former.value >= :minimum and present.value < :share * former.value)
    union all by name
    select '{NO_FORMER_RUN}' as cannot_judge where not exists (select 1 from former)
"""


def collapse_rules(gate: str, thresholds: CollapseThresholds) -> tuple[Expectation, ...]:
    """On `quality.column_profiles`, as far as it holds totals of one gate."""
    return tuple(
        _rule(gate, name, tuple(table.figures), thresholds)
        for name, table in thresholds.tables.items()
        if table.gate == gate
    )


def _rule(gate: str, name: str, figures: tuple[str, ...], thresholds: CollapseThresholds) -> Expectation:
    bare = name.partition(".")[2]
    listed = ", ".join(figure.replace("_", " ") for figure in figures)
    return no_rows(
        f"{bare}_totals_stand",
        _COLLAPSED,
        f"Of the former run's {listed} at least {thresholds.remaining_share_minimum:.0%} are there.",
        f"Look at the newest files of {bare}: was a column renamed, an id written otherwise, an export cut off? What "
        "was published stays. If it is right so: python -m expectations accept --source <source> --as-of <date>.",
        table=name,
        gate=gate,
        profiled=name,
        measures=(TOTAL,),
        share=thresholds.remaining_share_minimum,
        minimum=thresholds.former_value_minimum,
    )
