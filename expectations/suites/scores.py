"""Gate `scores`: every customer has one answer per job, and every answer makes sense."""

from __future__ import annotations

from datetime import date

from great_expectations.expectations.expectation import Expectation

from expectations.suites.rules import TableSuite, at_least, between, in_set, no_rows, sql
from expectations.suites.score_rules import COMMON_COLUMNS, LOOK, common_rules, filled_when_scored, finite, reasoned
from expectations.suites.subscriptions import subscription_churn_suite
from expectations.thresholds import ScoresThresholds

# The horizons beside the job's own that customer_clv has columns for.
_FURTHER = ("predicted_180d", "predicted_365d")
_FURTHER_AMOUNTS = tuple(f"{name}_amount" for name in _FURTHER)


def scores_suites(thresholds: ScoresThresholds, as_of_date: date) -> list[TableSuite]:
    """The suites of the score tables; rules about values look at the run's as-of date."""
    return [
        _segments_suite(thresholds, as_of_date),
        _churn_suite(thresholds, as_of_date),
        _lifetime_value_suite(thresholds, as_of_date),
        subscription_churn_suite(thresholds, as_of_date),
    ]


def _segments_suite(thresholds: ScoresThresholds, as_of_date: date) -> TableSuite:
    rules = (
        *common_rules("customer_segments", thresholds, as_of_date),
        filled_when_scored(("segment_id", "segment_name"), as_of_date),
        finite(("distance_to_center",), as_of_date),
        at_least("distance_to_center", 0, "Distances are not negative.", LOOK),
        no_rows(
            "segment_names_are_stable",
            sql(
                """
                    select segment_id, model_name, string_agg(distinct segment_name, ', ') as names
                    from {batch} as segments
                    where as_of_date = :as_of_date and status = 'scored'
                    group by segment_id, model_name
                    having count(distinct segment_name) > 1
                """,
                as_of_date=as_of_date,
            ),
            "A segment has one name.",
            LOOK,
            column="segment_name",
        ),
    )
    return TableSuite(
        "scores", "customer_segments", (*COMMON_COLUMNS, "segment_id", "segment_name", "distance_to_center"), rules
    )


def _churn_suite(thresholds: ScoresThresholds, as_of_date: date) -> TableSuite:
    bands = ["low", "medium", "high"]
    rules = (
        *common_rules("customer_churn", thresholds, as_of_date),
        filled_when_scored(("churn_probability", "churn_risk_band", "horizon_days"), as_of_date),
        between("churn_probability", 0, 1, "Probabilities lie between 0 and 1.", LOOK),
        finite(("churn_probability",), as_of_date),
        reasoned(as_of_date),
        in_set("churn_risk_band", bands, f"A risk band is one of {', '.join(bands)}.", LOOK),
        no_rows(
            "probabilities_differ",
            sql(
                """
                    select min(churn_probability) as churn_probability, count(*) as customer_count
                    from {batch} as churn
                    where as_of_date = :as_of_date and status = 'scored'
                    having count(*) > 1 and min(churn_probability) = max(churn_probability)
                """,
                as_of_date=as_of_date,
            ),
            "Customers differ in their churn probability.",
            "Look at the features of the as-of date: the same answer for everyone ranks nobody.",
            column="churn_probability",
            severity="warning",
        ),
    )
    columns = (*COMMON_COLUMNS, "churn_probability", "churn_risk_band", "horizon_days", "reasons", "reason_codes")
    return TableSuite("scores", "customer_churn", columns, rules)


def _lifetime_value_suite(thresholds: ScoresThresholds, as_of_date: date) -> TableSuite:
    filled = ("horizon_days", "predicted_amount", "historic_amount", "total_amount", "value_tier")
    ends = [f"{name}_{end}" for name in ("predicted", *_FURTHER) for end in ("lower_amount", "upper_amount")]
    columns = (*COMMON_COLUMNS, *filled, *ends, *_FURTHER_AMOUNTS, "expected_order_count")
    rules = (
        *common_rules("customer_clv", thresholds, as_of_date),
        filled_when_scored(filled, as_of_date),
        at_least("predicted_amount", 0, "Predicted spend is not negative.", LOOK),
        at_least("expected_order_count", 0, "Expected orders are not negative.", LOOK),
        between("alive_probability", 0, 1, "Probabilities lie between 0 and 1.", LOOK),
        finite(("expected_order_count", "alive_probability"), as_of_date),
        *_amount_rules(thresholds, as_of_date),
        *_horizon_rules(as_of_date),
        reasoned(as_of_date),
    )
    return TableSuite("scores", "customer_clv", (*columns, "alive_probability", "reasons", "reason_codes"), rules)


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
