"""The part of gate `raw` on orders: they are of the run's time, and whose they are is known."""

from __future__ import annotations

from datetime import date

from great_expectations.expectations.expectation import Expectation

from expectations.newest_versions import newest
from expectations.suites.currencies import currency_rules
from expectations.suites.raw_order_amounts import amount_rules
from expectations.suites.rules import no_rows
from expectations.thresholds import RawThresholds

_ORDERS = newest("orders")


def order_rules(thresholds: RawThresholds, as_of_date: date, reporting_currency: str | None) -> tuple[Expectation, ...]:
    """On `raw.orders`; where the source names no reporting currency, it is that of most orders."""
    return (
        *_time_rules(thresholds, as_of_date),
        _guest_rule(thresholds),
        *amount_rules(thresholds),
        *currency_rules(thresholds, reporting_currency),
    )


def _time_rules(thresholds: RawThresholds, as_of_date: date) -> tuple[Expectation, ...]:
    return (
        no_rows(
            "orders_before_as_of_date",
            f"""
                select min(ordered_at) as first_order_at
                from {_ORDERS} as orders
                having count(*) > 0 and min(ordered_at) >= :as_of_date
            """,
            f"There are orders before the as-of date {as_of_date}.",
            "Choose a later as-of date, or leave it out to use the day after the newest complete day.",
            column="ordered_at",
        ),
        no_rows(
            "newest_order_age",
            f"""
                select max(ordered_at) as newest_order_at
                from {_ORDERS} as orders
                where ordered_at < :as_of_date
                having date_diff('day', max(ordered_at), :as_of_date) > :days
            """,
            f"The newest order is at most {thresholds.newest_order_age_days_warning} days older than the as-of date.",
            "Look whether the newest export was landed: with stale data every customer looks as if about to leave.",
            column="ordered_at",
            severity="warning",
            days=thresholds.newest_order_age_days_warning,
        ),
    )


def _guest_rule(thresholds: RawThresholds) -> Expectation:
    return no_rows(
        "guest_sale_share",
        f"""
            select count(*) as sale_count, count(*) filter (customer_id is null) as guest_sale_count
            from {_ORDERS} as orders
            where order_kind = 'sale'
            having count(*) filter (customer_id is null) > :share * count(*)
        """,
        f"At most {thresholds.guest_sale_share_warning:.0%} of the sales are guests' (without customer_id).",
        "Look whether customer_id is mapped; guests count as revenue but can be neither segmented nor scored.",
        column="customer_id",
        severity="warning",
        share=thresholds.guest_sale_share_warning,
    )
