"""The part of gate `marts` on what models learn to predict, and on the RFM scores."""

from __future__ import annotations

from expectations.suites.mart_rules import KEY, amounts_are_decimals, key_rules, look_at
from expectations.suites.rules import TableSuite, no_rows, not_null


def labels_suite() -> TableSuite:
    """`marts.customer_labels`."""
    model = look_at("customer_labels")
    columns = (*KEY, "churn_horizon_days", "is_churned", "clv_horizon_days", "future_order_count", "future_net_amount")
    rules = (
        *key_rules("customer_labels"),
        not_null("is_churned", "Every label says whether the customer churned.", model),
        not_null("future_net_amount", "Every label says what the customer spent.", model),
        amounts_are_decimals("customer_labels"),
        no_rows(
            "windows_are_closed",
            """
                select customer_id, as_of_date, churn_horizon_days, clv_horizon_days
                from {batch} as labels
                where as_of_date + cast(greatest(churn_horizon_days, clv_horizon_days) as integer) >
                    :as_of_date
            """,
            "A label exists only where its whole window lies before the run's as-of date.",
            model,
            column="as_of_date",
        ),
        no_rows(
            "features_exist",
            """
                select l.customer_id, l.as_of_date
                from {batch} as l
                left join marts.customer_features as f on f.customer_id = l.customer_id
                    and f.as_of_date = l.as_of_date
                where f.customer_id is null
            """,
            "Every label has its features.",
            model,
        ),
        no_rows(
            "labels_agree",
            """
                select customer_id, as_of_date, is_churned, future_order_count
                from {batch} as labels
                where future_order_count < 0 or (churn_horizon_days = clv_horizon_days
                    and is_churned <> (future_order_count = 0))
            """,
            "Who ordered within the horizon has not churned, who did not has.",
            model,
            column="is_churned",
        ),
        no_rows(
            "labels_exist",
            "select count(*) as label_count from {batch} as labels having count(*) = 0",
            "There are labels to learn from.",
            "Nothing is broken: the history is shorter than the horizon, so models will be refused with a reason.",
            severity="warning",
        ),
    )
    return TableSuite("marts", "customer_labels", columns, rules)


def rfm_suite() -> TableSuite:
    """`marts.customer_rfm`."""
    model = look_at("customer_rfm")
    scores = ("recency_score", "frequency_score", "monetary_score")
    rules = (
        *key_rules("customer_rfm"),
        no_rows(
            "scores_are_fifths",
            f"select customer_id, as_of_date, {', '.join(scores)} from {{batch}} as rfm where "
            + " or ".join(f"{score} not between 1 and 5" for score in scores),
            "RFM scores lie between 1 and 5.",
            model,
        ),
        no_rows(
            "scores_are_named",
            """
                select recency_score, frequency_score, count(*) as row_count
                from {batch} as rfm
                where recency_score is not null and rfm_segment_name is null
                group by recency_score, frequency_score
            """,
            "Every pair of recency and frequency score has a segment name.",
            "Mend the seed rfm_segments: its bounds leave a gap.",
            column="rfm_segment_name",
        ),
        no_rows(
            "customers_are_complete",
            """
                select f.customer_id
                from marts.customer_features as f
                left join {batch} as r on r.customer_id = f.customer_id and r.as_of_date = f.as_of_date
                where f.as_of_date = :as_of_date and r.customer_id is null
            """,
            "Every customer with features at the as-of date has a row.",
            model,
        ),
    )
    return TableSuite("marts", "customer_rfm", (*KEY, *scores, "rfm_segment_name"), rules)
