"""Uplift: amounts that agree with each other, ranks without gaps, and nobody treated without consent."""

from __future__ import annotations

from great_expectations.expectations.expectation import Expectation

from expectations.suites.rules import no_rows
from expectations.suites.score_rules import LOOK
from expectations.thresholds import ScoresThresholds


def rules(thresholds: ScoresThresholds) -> tuple[Expectation, ...]:
    return (
        no_rows(
            "profit_is_uplift_less_cost",
            """
                select customer_id, as_of_date, uplift_amount, contact_cost_amount, expected_profit_amount
                from {batch} as uplift
                where abs(expected_profit_amount - uplift_amount + contact_cost_amount) > 0.011
            """,
            "Expected profit is the uplift less the cost of the contact; a cent apart at most, for each is rounded.",
            LOOK,
            column="expected_profit_amount",
        ),
        no_rows(
            "nobody_is_treated_without_consent",
            """
                select customer_id, as_of_date, should_treat, may_be_contacted, is_worth_contacting
                from {batch} as uplift
                where should_treat <> (may_be_contacted and is_worth_contacting)
            """,
            "Those are treated who are worth it and have consented.",
            LOOK,
            column="should_treat",
        ),
        no_rows(
            "ranks_are_counted_through",
            """
                select max(uplift_rank) as largest, count(distinct uplift_rank) as ranks, count(*) as customers
                from {batch} as uplift
                where as_of_date = :as_of_date and status = 'scored'
                having count(*) > 0 and (max(uplift_rank) <> count(*) or count(distinct uplift_rank) <> count(*))
            """,
            "Each customer has a rank of their own, from 1 to the number of customers.",
            LOOK,
            column="uplift_rank",
        ),
    )
