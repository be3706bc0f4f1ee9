"""The learned next action: nobody without consent is to be contacted, and intervals hold what is expected."""

from __future__ import annotations

from great_expectations.expectations.expectation import Expectation

from expectations.suites.rules import no_rows
from expectations.suites.score_rules import LOOK
from expectations.thresholds import ScoresThresholds


def rules(thresholds: ScoresThresholds) -> tuple[Expectation, ...]:
    return (
        no_rows(
            "no_contact_is_suggested_without_consent",
            """
                select customer_id, as_of_date, suggested_action, may_be_contacted
                from {batch} as actions
                where status = 'scored' and (suggested_action = 'do_not_contact') = may_be_contacted
            """,
            "Without consent the suggestion is do_not_contact, with it never.",
            LOOK,
            column="suggested_action",
        ),
        no_rows(
            "interval_holds_expected_reward",
            """
                select customer_id, as_of_date, lower_expected_reward_amount, expected_reward_amount,
                    upper_expected_reward_amount
                from {batch} as actions
                where expected_reward_amount not between lower_expected_reward_amount and upper_expected_reward_amount
            """,
            "The expected reward lies inside its interval.",
            LOOK,
            column="expected_reward_amount",
        ),
        no_rows(
            "drawn_actions_had_a_chance",
            """
                select customer_id, as_of_date, suggested_action_with_consent, action_probability
                from {batch} as actions
                where status = 'scored' and not action_probability > 0
            """,
            "An action that was drawn had a probability above 0: otherwise it could not be judged.",
            LOOK,
            column="action_probability",
        ),
    )
