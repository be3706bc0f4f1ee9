"""The part of gate `marts` on the ledger of movements: every cent and unit of raw is in one place, in bounds."""

from __future__ import annotations

from great_expectations.expectations.expectation import Expectation

from expectations.ledger import LEDGER_COLUMNS, LEDGER_ORDERS, RAW_ORDER_LINES
from expectations.newest_versions import newest
from expectations.suites.charges import goods_like_charges
from expectations.suites.mart_rules import look_at
from expectations.suites.rules import Severity, TableSuite, no_rows
from expectations.thresholds import MartsThresholds, Thresholds

_PLACE_COLUMNS = ("as_of_date", "place", "currency", "row_count", "amount", "share", "warning_share", "maximum_share")


def ledger_suite(thresholds: MartsThresholds) -> TableSuite:
    """`intermediate.int_movements`."""
    rules = (
        no_rows(
            "lines_are_in_the_ledger",
            f"""
                select
                    coalesce(raw.order_id, ledger.order_id) as order_id,
                    raw.line_count, ledger.raw_line_count as ledger_line_count,
                    raw.amount, ledger.raw_amount as ledger_amount, raw.units, ledger.raw_units as ledger_units
                from {RAW_ORDER_LINES} as raw
                full outer join {LEDGER_ORDERS} as ledger on ledger.order_id = raw.order_id
                where coalesce(raw.line_count, 0) <> coalesce(ledger.raw_line_count, 0)
                    or abs(coalesce(raw.amount, 0) - coalesce(ledger.raw_amount, 0)) > 0.000001
                    or coalesce(raw.units, 0) <> coalesce(ledger.raw_units, 0)
            """,
            "Every line of raw, as written, is in the ledger once: its amount to the last decimal, and its units.",
            "Compare raw.order_items and intermediate.int_movements for the orders named; build the marts anew.",
            column="raw_amount",
        ),
        no_rows(
            "orders_are_in_the_ledger",
            f"""
                select order_id, ordered_at
                from {newest("orders")} as orders
                where ordered_at < :as_of_date
                    and order_id not in (select order_id from {LEDGER_ORDERS} where has_movements)
            """,
            "Every order before the as-of date has movements, be it none but its head.",
            look_at("int_movements"),
            column="order_id",
        ),
        no_rows(
            "stated_totals_are_in_the_ledger",
            f"""
                select
                    orders.order_id, orders.order_amount, heads.original_amount as ledger_amount,
                    heads.order_id is not null as has_head
                from {newest("orders")} as orders
                inner join (select * from {LEDGER_ORDERS} where has_movements) as ledger
                    on ledger.order_id = orders.order_id
                left join (
                    select * from {{batch}} as movements where movement_kind = 'head'
                ) as heads on heads.order_id = orders.order_id
                where case when heads.order_id is null
                    then orders.order_amount <> 0 and ledger.line_count = 0
                    else abs(coalesce(orders.order_amount, 0)) <> abs(heads.original_amount)
                end
            """,
            "An order whose head counts is worth what it states, and an order without lines has such a head.",
            "Compare order_amount in raw.orders with intermediate.int_movements for the orders named.",
            column="original_amount",
        ),
        goods_like_charges(thresholds),
    )
    return TableSuite("intermediate", "int_movements", LEDGER_COLUMNS, rules)


def places_suite(thresholds: Thresholds) -> TableSuite:
    """`quality.amount_places`, which the gate has just written."""
    minimum = thresholds.raw.minimum_row_count_for_shares
    rules = (
        _places_rule("places_within_limits", "warning_share", "warning", minimum=0),
        _places_rule("places_within_bounds", "maximum_share", "critical", minimum=minimum),
    )
    return TableSuite("quality", "amount_places", _PLACE_COLUMNS, rules)


def _places_rule(rule: str, limit: str, severity: Severity, minimum: int) -> Expectation:
    return no_rows(
        rule,
        f"""
            select place, currency, row_count, amount, round(share, 3) as share, {limit}
            from {{batch}} as places
            where as_of_date = :as_of_date and share > {limit}
                and (select sum(row_count) from quality.amount_places where as_of_date = :as_of_date) >= :minimum
            order by share desc
        """,
        "No place takes more of the money out of the goods than its limit: copies, unknown orders, currencies without "
        "a rate, turned signs, shipping, taxes and other kinds of lines, cancelled and reversed orders.",
        "Read quality.amount_places and docs/what-counts.md. Kinds come from line_kind of lines and products and from "
        "line_kinds.csv of the source; rates from exchange_rates, for the reporting_currency of source.yml.",
        severity=severity,
        column="share",
        minimum=minimum,
    )
