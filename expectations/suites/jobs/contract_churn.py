"""Churn of contracts: one answer for each, and survival that falls."""

from __future__ import annotations

from great_expectations.expectations.expectation import Expectation

from expectations.suites.rules import no_rows
from expectations.suites.score_rules import LOOK
from expectations.thresholds import ScoresThresholds


def rules(thresholds: ScoresThresholds) -> tuple[Expectation, ...]:
    return (
        no_rows(
            "every_contract_has_one_answer",
            """
                select coalesce(c.subscription_id, s.subscription_id) as subscription_id, s.status, s.reason
                from marts.dim_subscriptions as c
                full outer join (select * from {batch} where as_of_date = :as_of_date) as s
                    on s.subscription_id = c.subscription_id
                where c.subscription_id is null or s.subscription_id is null
                    or (s.status = 'scored' and not c.is_active)
            """,
            "Every contract has one answer, a score only while it runs.",
            "Score again for this as-of date: python -m ml score --job contract_churn.",
            column="subscription_id",
        ),
        no_rows(
            "survival_falls",
            """
                select subscription_id, survival_3m_probability, survival_6m_probability, survival_12m_probability
                from {batch} as scores
                where survival_6m_probability > survival_3m_probability
                    or survival_12m_probability > survival_6m_probability
                    or expected_remaining_months not between 0 and remaining_horizon_months
            """,
            "No contract is likelier to last longer than shorter.",
            LOOK,
            column="survival_12m_probability",
        ),
    )
