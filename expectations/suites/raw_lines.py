"""The part of gate `raw` on order lines: they find their orders."""

from __future__ import annotations

from great_expectations.expectations.expectation import Expectation

from expectations.newest_versions import newest
from expectations.suites.ids import plain_id
from expectations.suites.rules import Severity, no_rows
from expectations.thresholds import RawThresholds

_ORPHANS = f"""
    with
    orphans as (
        select order_id, count(*) as line_count
        from {newest("order_items")} as lines
        where order_id not in (select order_id from {newest("orders")})
        group by order_id
    ),
    counted as (
        select
            (select count(*) from {newest("order_items")}) as line_count,
            (select sum(line_count) from orphans) as orphan_line_count
    ),
    alike as (
        select orphans.order_id as id_in_lines, orders.order_id as id_in_orders, orphans.line_count
        from orphans
        inner join {newest("orders")} as orders on {plain_id("orders.order_id")} = {plain_id("orphans.order_id")}
        where (select orphan_line_count > :share * line_count from counted)
    )
    select
        counted.*,
        coalesce((select sum(line_count) from alike), 0) as found_by_plain_id_count,
        (select min(id_in_lines || ' is ' || id_in_orders) from alike) as example_of_ids
    from counted
    where orphan_line_count > :share * line_count
"""


def line_rules(thresholds: RawThresholds) -> tuple[Expectation, ...]:
    """On `raw.order_items`."""
    limits: list[tuple[str, float, Severity]] = [
        ("lines_have_an_order", thresholds.orphan_line_share_warning, "warning"),
        ("most_lines_have_an_order", thresholds.orphan_line_share_maximum, "critical"),
    ]
    return tuple(
        no_rows(
            rule,
            _ORPHANS,
            f"At most {share:.0%} of the order lines belong to no known order.",
            "Look whether orders and lines were exported for the same period, and whether ids are written alike: "
            "without .0, with the same leading zeros and capitals (so written, found_by_plain_id_count lines would "
            "find their order). Lines without order are not counted.",
            column="order_id",
            severity=severity,
            share=share,
        )
        for rule, share, severity in limits
    )
