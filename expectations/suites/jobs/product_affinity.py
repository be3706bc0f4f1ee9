"""Rules of products: counts that fit each other."""

from __future__ import annotations

from great_expectations.expectations.expectation import Expectation

from expectations.suites.rules import no_rows
from expectations.suites.score_rules import LOOK
from expectations.thresholds import ScoresThresholds


def rules(thresholds: ScoresThresholds) -> tuple[Expectation, ...]:
    return (
        no_rows(
            "rule_counts_fit",
            """
                select antecedent_product_codes, consequent_product_code, joint_basket_count, antecedent_basket_count,
                    consequent_basket_count, basket_count
                from {batch} as product_rules
                where as_of_date = :as_of_date and status = 'scored' and (
                    joint_basket_count > antecedent_basket_count
                    or joint_basket_count > consequent_basket_count
                    or antecedent_basket_count + consequent_basket_count - joint_basket_count > basket_count
                )
            """,
            "No more baskets hold both sides of a rule than either of them, and none is counted twice.",
            LOOK,
            column="joint_basket_count",
        ),
    )
