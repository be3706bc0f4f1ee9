"""The part of gate `raw` on what orders are worth: it is known, lines and totals agree, and no line is missing."""

from __future__ import annotations

from great_expectations.expectations.expectation import Expectation

from expectations.newest_versions import newest
from expectations.suites.rules import TableSuite, no_rows
from expectations.thresholds import RawThresholds

_ORDERS = newest("orders")


def amount_rules(thresholds: RawThresholds) -> tuple[Expectation, ...]:
    """On `raw.orders`: orders without any amount."""
    without = f"""
        with
        priced as (
            select distinct order_id from {newest("order_items")}
            where line_amount is not null or unit_price_amount is not null
        ),
        documents as (
            select
                orders.order_id, orders.ordered_at,
                orders.order_amount is null and priced.order_id is null as is_without_amount
            from {_ORDERS} as orders
            left join priced on priced.order_id = orders.order_id
            where orders.order_kind <> 'adjustment'
        )
    """
    limit = thresholds.order_without_amount_share_warning
    look = (
        "Look whether the export has a total, or lines with prices, and whether it is mapped to order_amount, "
        "unit_price_amount or line_amount. Orders without any amount count as purchases without money."
    )
    return (
        no_rows(
            "orders_without_any_amount",
            without
            + """
                select
                    order_id, ordered_at,
                    round((select avg(cast(is_without_amount as integer)) from documents), 3) as share_of_orders
                from documents
                where is_without_amount
                    and (select avg(cast(is_without_amount as integer)) from documents) > :share
                order by ordered_at desc
            """,
            f"At most {limit:.0%} of the orders are without any amount: neither a total nor a priced line.",
            look,
            column="order_amount",
            severity="warning",
            share=limit,
        ),
        no_rows(
            "some_order_has_an_amount",
            without
            + """
                select count(*) as order_count, 0 as orders_with_amount
                from documents
                having count(*) > 0 and bool_and(is_without_amount)
            """,
            "Not all orders are without any amount; otherwise money, spend and customer value are unknown.",
            look,
            column="order_amount",
            severity="warning",
        ),
    )


def amount_differences_suite() -> TableSuite:
    """`quality.amount_differences`, which the gate has just written."""
    columns = ("as_of_date", "order_id", "stated_amount", "lines_amount", "difference_amount")
    columns += ("unpriced_line_count", "copied_line_count", "quarantined_line_count")
    rule = no_rows(
        "lines_and_stated_total_agree",
        """
            select
                order_id, stated_amount, lines_amount, difference_amount, unpriced_line_count,
                copied_line_count, quarantined_line_count
            from {batch} as differences
            where as_of_date = :as_of_date
            order by abs(difference_amount) desc, order_id
        """,
        "The lines and the stated total of no order differ by more than a cent.",
        "Read quality.amount_differences: is a coupon or postage in the total only, a line without a price, a copy "
        "left out, a line in quarantine? The lines count, unless source.yml says amounts_from: heads "
        "(docs/what-counts.md).",
        column="order_amount",
        table="raw.orders",
        severity="warning",
    )
    return TableSuite("quality", "amount_differences", columns, (rule,))


def lost_lines_suite() -> TableSuite:
    """`quality.quarantined_rows`: orders that lack a line."""
    mended = f"""
        select order_item_id from {newest("order_items")}
        where order_item_id in (select record_key from quality.quarantined_rows where table_name = 'order_items')
    """
    rule = no_rows(
        "no_order_lacks_a_line",
        f"""
            select refused.order_id, count(distinct refused.record_key) as line_count, min(refused.reason) as reason
            from {{batch}} as refused
            inner join {_ORDERS} as orders on orders.order_id = refused.order_id
            where refused.table_name = 'order_items'
                -- one that came in again, mended
                and coalesce(refused.record_key not in ({mended}), true)
            group by refused.order_id
            order by refused.order_id
        """,
        "No order lacks a line that is in quarantine; such an order is worth less, or without a discount more, than it "
        "should be.",
        "Read the reasons in quality.quarantined_rows, mend the lines and hand them in again.",
        column="order_id",
        table="raw.order_items",
        severity="warning",
    )
    return TableSuite("quality", "quarantined_rows", ("table_name", "order_id", "record_key", "reason"), (rule,))
