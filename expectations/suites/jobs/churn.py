"""Churn: probabilities that tell customers apart."""

from __future__ import annotations

from great_expectations.expectations.expectation import Expectation

from expectations.suites.rules import no_rows
from expectations.thresholds import ScoresThresholds


def rules(thresholds: ScoresThresholds) -> tuple[Expectation, ...]:
    return (
        no_rows(
            "probabilities_differ",
            """
                select min(churn_probability) as churn_probability, count(*) as customer_count
                from {batch} as churn
                where as_of_date = :as_of_date and status = 'scored'
                having count(*) > 1 and min(churn_probability) = max(churn_probability)
            """,
            "Customers differ in their churn probability.",
            "Look at the features of the as-of date: the same answer for everyone ranks nobody.",
            column="churn_probability",
            severity="warning",
        ),
    )
