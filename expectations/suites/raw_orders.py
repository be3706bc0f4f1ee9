"""The part of gate `raw` on orders: they are of the run's time, whose they are, and what they are worth is known."""

from __future__ import annotations

from datetime import date

from great_expectations.expectations.expectation import Expectation

from expectations.newest_versions import newest
from expectations.suites.rules import TableSuite, no_rows, sql
from expectations.thresholds import RawThresholds

_ORDERS = newest("orders")


def order_rules(thresholds: RawThresholds, as_of_date: date) -> tuple[Expectation, ...]:
    """On `raw.orders`."""
    return (
        *_time_rules(thresholds, as_of_date),
        _guest_rule(thresholds),
        *_amount_rules(thresholds),
        _currency_rule(),
    )


def amount_differences_suite(as_of_date: date) -> TableSuite:
    """`quality.amount_differences`, which the gate has just written."""
    columns = ("as_of_date", "order_id", "stated_amount", "lines_amount", "difference_amount")
    columns += ("unpriced_line_count", "copied_line_count")
    rule = no_rows(
        "lines_and_stated_total_agree",
        sql(
            """
                select
                    order_id, stated_amount, lines_amount, difference_amount, unpriced_line_count, copied_line_count
                from {batch} as differences
                where as_of_date = :as_of_date
                order by abs(difference_amount) desc, order_id
            """,
            as_of_date=as_of_date,
        ),
        "The lines and the stated total of no order differ by more than a cent.",
        "Read quality.amount_differences: is a coupon or postage in the total only, a line without a price, a copy of "
        "a line left out? The lines count, unless source.yml says amounts_from: heads (docs/what-counts.md).",
        column="order_amount",
        table="raw.orders",
        severity="warning",
    )
    return TableSuite("quality", "amount_differences", columns, (rule,))


def _time_rules(thresholds: RawThresholds, as_of_date: date) -> tuple[Expectation, ...]:
    return (
        no_rows(
            "orders_before_as_of_date",
            sql(
                f"""
                    select min(ordered_at) as first_order_at
                    from {_ORDERS} as orders
                    having count(*) > 0 and min(ordered_at) >= :as_of_date
                """,
                as_of_date=as_of_date,
            ),
            f"There are orders before the as-of date {as_of_date}.",
            "Choose a later as-of date, or leave it out to use the day after the newest complete day.",
            column="ordered_at",
        ),
        no_rows(
            "newest_order_age",
            sql(
                f"""
                    select max(ordered_at) as newest_order_at
                    from {_ORDERS} as orders
                    where ordered_at < :as_of_date
                    having date_diff('day', max(ordered_at), :as_of_date) > :days
                """,
                as_of_date=as_of_date,
                days=thresholds.newest_order_age_days_warning,
            ),
            f"The newest order is at most {thresholds.newest_order_age_days_warning} days older than the as-of date.",
            "Look whether the newest export was landed: with stale data every customer looks as if about to leave.",
            column="ordered_at",
            severity="warning",
        ),
    )


def _guest_rule(thresholds: RawThresholds) -> Expectation:
    return no_rows(
        "guest_sale_share",
        sql(
            f"""
                select count(*) as sale_count, count(*) filter (customer_id is null) as guest_sale_count
                from {_ORDERS} as orders
                where order_kind = 'sale'
                having count(*) filter (customer_id is null) > :share * count(*)
            """,
            share=thresholds.guest_sale_share_warning,
        ),
        f"At most {thresholds.guest_sale_share_warning:.0%} of the sales are guests' (without customer_id).",
        "Look whether customer_id is mapped; guests count as revenue but can be neither segmented nor scored.",
        column="customer_id",
        severity="warning",
    )


def _amount_rules(thresholds: RawThresholds) -> tuple[Expectation, ...]:
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
            sql(
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
                share=limit,
            ),
            f"At most {limit:.0%} of the orders are without any amount: neither a total nor a priced line.",
            look,
            column="order_amount",
            severity="warning",
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


def _currency_rule() -> Expectation:
    return no_rows(
        "single_currency",
        f"""
            select string_agg(distinct currency, ', ') as currencies
            from {_ORDERS} as orders
            having count(distinct currency) > 1
        """,
        "All orders are in one currency; amounts are added up as they are.",
        "Convert the amounts in the source's mapping, or load one company's currency per source.",
        column="currency",
        severity="warning",
    )
