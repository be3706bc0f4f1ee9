"""The next order: intervals hold what they are about, and dates are given where an order is expected."""

from __future__ import annotations

from great_expectations.expectations.expectation import Expectation

from expectations.suites.rules import no_rows
from expectations.suites.score_rules import LOOK
from expectations.thresholds import ScoresThresholds


def rules(thresholds: ScoresThresholds) -> tuple[Expectation, ...]:
    return (
        no_rows(
            "next_order_dates_are_in_order",
            """
                select customer_id, earliest_next_order_date, expected_next_order_date, latest_next_order_date
                from {batch} as next_orders
                where as_of_date = :as_of_date and status = 'scored' and (
                    is_order_expected <> (expected_next_order_date is not null)
                    or earliest_next_order_date < as_of_date
                    or earliest_next_order_date > expected_next_order_date
                    or expected_next_order_date > latest_next_order_date
                )
            """,
            "Where an order is expected its date lies inside its interval, never before the as-of date.",
            LOOK,
            column="expected_next_order_date",
        ),
        no_rows(
            "next_order_amounts_are_in_order",
            """
                select customer_id, order_amount_lower, order_amount_upper
                from {batch} as next_orders
                where as_of_date = :as_of_date and status = 'scored' and order_amount_lower > order_amount_upper
            """,
            "The lower end of the amount is not above the upper one.",
            LOOK,
            column="order_amount_lower",
        ),
    )
