"""Lifetime value: amounts that agree with each other, with the marts and with the past."""

from __future__ import annotations

from datetime import date

from great_expectations.expectations.expectation import Expectation

from expectations.suites.rules import no_rows, sql
from expectations.suites.score_rules import LOOK
from expectations.thresholds import ScoresThresholds

# The horizons beside the job's own that customer_clv has columns for.
_FURTHER = ("predicted_180d", "predicted_365d")
_FURTHER_AMOUNTS = tuple(f"{name}_amount" for name in _FURTHER)


def rules(thresholds: ScoresThresholds, as_of_date: date) -> tuple[Expectation, ...]:
    return (*_amount_rules(thresholds, as_of_date), *_horizon_rules(as_of_date))


def _horizon_rules(as_of_date: date) -> tuple[Expectation, ...]:
    amounts = ("predicted_amount", *_FURTHER_AMOUNTS)
    falls = [
        f"{longer} < {shorter}" for number, longer in enumerate(amounts) for shorter in amounts[:number]
    ]  # null where a horizon is refused: compared with none
    outside = [f"{name}_amount not between {name}_lower_amount and {name}_upper_amount" for name in _FURTHER]
    silent = [f"({name}_amount is null and nullif(trim({name}_reason), '') is null)" for name in _FURTHER]
    return (
        no_rows(
            "longer_horizons_hold_more",
            f"select customer_id, as_of_date, {', '.join(amounts)} from {{batch}} as clv where {' or '.join(falls)}",
            "What is expected in more days is not less than what is expected in fewer.",
            LOOK,
            column="predicted_amount",
        ),
        no_rows(
            "further_intervals_hold_predictions",
            f"select customer_id, as_of_date, {', '.join(_FURTHER_AMOUNTS)} from {{batch}} as clv "
            f"where {' or '.join(outside)}",
            "The predicted amount of each further horizon lies inside its interval.",
            LOOK,
            column=_FURTHER_AMOUNTS[0],
        ),
        no_rows(
            "missing_horizons_say_why",
            sql(
                f"select customer_id, as_of_date from {{batch}} as clv where as_of_date = :as_of_date "
                f"and status = 'scored' and ({' or '.join(silent)})",
                as_of_date=as_of_date,
            ),
            "A scored customer without an amount for a further horizon has a reason for it.",
            "The version in service was trained before these horizons were: train anew with --force.",
            column=_FURTHER_AMOUNTS[0],
            severity="warning",
        ),
    )


def _amount_rules(thresholds: ScoresThresholds, as_of_date: date) -> tuple[Expectation, ...]:
    smallest, largest = thresholds.predicted_to_past_spend_minimum, thresholds.predicted_to_past_spend_maximum
    return (
        no_rows(
            "interval_holds_prediction",
            """
                select customer_id, as_of_date, predicted_lower_amount, predicted_amount, predicted_upper_amount
                from {batch} as clv
                where predicted_lower_amount > predicted_amount or predicted_upper_amount < predicted_amount
            """,
            "The predicted amount lies inside its interval.",
            LOOK,
            column="predicted_amount",
        ),
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
            "historic_amount_agrees_with_features",
            sql(
                """
                    select c.customer_id, c.historic_amount, f.net_amount
                    from {batch} as c
                    inner join marts.customer_features as f on f.customer_id = c.customer_id
                        and f.as_of_date = c.as_of_date
                    where c.as_of_date = :as_of_date and c.status = 'scored'
                        and c.historic_amount <> f.net_amount
                """,
                as_of_date=as_of_date,
            ),
            "Historic value is the net amount of the customer's features.",
            "Score again: the scores were made from other marts.",
            column="historic_amount",
        ),
        no_rows(
            "predicted_total_is_plausible",
            sql(
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
                as_of_date=as_of_date,
                smallest=smallest,
                largest=largest,
            ),
            f"All customers' predicted spend is {smallest:g} to {largest:g} times their spend of the past year, "
            "brought to the same number of days.",
            "Compare with the season and with the model's evaluation in MLflow before using the sum.",
            column="predicted_amount",
            severity="warning",
        ),
    )
