"""Lifetime value: amounts that agree with each other, with the marts and with the past."""

from __future__ import annotations

from great_expectations.expectations.expectation import Expectation

from expectations.suites.rules import no_rows
from expectations.suites.score_rules import LOOK
from expectations.thresholds import ScoresThresholds


def rules(thresholds: ScoresThresholds) -> tuple[Expectation, ...]:
    smallest, largest = thresholds.predicted_to_past_spend_minimum, thresholds.predicted_to_past_spend_maximum
    return (
        no_rows(
            "total_is_historic_plus_predicted",
            """
                select customer_id, as_of_date, historic_amount, predicted_amount, total_amount
                from {batch} as clv
                where abs(total_amount - historic_amount - predicted_amount) > 0.01
            """,
            "Total value is historic plus predicted; a cent apart at most, for each is rounded on its own.",
            LOOK,
            column="total_amount",
        ),
        no_rows(
            "orders_times_amount_is_predicted",
            """
                select customer_id, as_of_date, expected_order_count, expected_order_amount, predicted_amount
                from {batch} as clv
                where as_of_date = :as_of_date
                    and abs(expected_order_count * expected_order_amount - predicted_amount)
                    > 0.01 * (1 + expected_order_count)
            """,
            "Expected orders at their expected amount are the predicted amount, but for what rounding takes.",
            LOOK,
            column="expected_order_count",
        ),
        no_rows(
            "at_stake_is_at_least_predicted",
            """
                select customer_id, as_of_date, predicted_amount, value_at_stake_amount
                from {batch} as clv
                where as_of_date = :as_of_date and value_at_stake_amount < predicted_amount
            """,
            "Nobody is expected to spend more than if they stay.",
            LOOK,
            column="value_at_stake_amount",
        ),
        no_rows(
            "historic_amount_agrees_with_features",
            """
                select c.customer_id, c.historic_amount, f.net_amount
                from {batch} as c
                inner join marts.customer_features as f on f.customer_id = c.customer_id
                    and f.as_of_date = c.as_of_date
                where c.as_of_date = :as_of_date and c.status = 'scored'
                    and c.historic_amount <> f.net_amount
            """,
            "Historic value is the net amount of the customer's features.",
            "Score again: the scores were made from other marts.",
            column="historic_amount",
        ),
        no_rows(
            "predicted_total_is_plausible",
            """
                select sum(c.predicted_amount) as predicted_amount, sum(f.net_amount_365d *
                    c.horizon_days / 365.0) as past_amount
                from {batch} as c
                inner join marts.customer_features as f on f.customer_id = c.customer_id
                    and f.as_of_date = c.as_of_date
                where c.as_of_date = :as_of_date and c.status = 'scored'
                having sum(c.predicted_amount) not between :smallest * past_amount
                    and :largest * past_amount
            """,
            f"All customers' predicted spend is {smallest:g} to {largest:g} times their spend of the past year, "
            "brought to the same number of days.",
            "Compare with the season and with the model's evaluation in MLflow before using the sum.",
            column="predicted_amount",
            severity="warning",
            smallest=smallest,
            largest=largest,
        ),
    )
