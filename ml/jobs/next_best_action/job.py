"""Which contact to try on whom: learned from contacts that were drawn by lot, advisory until it beats the rules."""

from __future__ import annotations

from datetime import date

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from ml.competition.results import Refused
from ml.configuration import load_configuration
from ml.data.campaign_rows import CampaignRows, read_campaign_rows
from ml.data.consents import may_be_contacted
from ml.data.readable_rules import rules_actions
from ml.jobs.batch import BatchJob, Results
from ml.jobs.choice import Choice
from ml.jobs.configuration import LifetimeValueConfiguration
from ml.jobs.next_best_action.configuration import ActionConfiguration, configuration
from ml.jobs.next_best_action.judging import choice_of, judge, report
from ml.jobs.next_best_action.policies import BANDIT, asked, learn, policies
from ml.jobs.next_best_action.rounds import NO_CONTACT, logged_rounds, share_of, splits
from ml.jobs.uplift.configuration import configuration as money_configuration

DO_NOT_CONTACT = "do_not_contact"


class NextBestActionJob(BatchJob):
    """A suggested contact for each customer, with the probability with which it was drawn."""

    def results(self, connection: duckdb.DuckDBPyConnection, as_of_date: date) -> Results:
        data, settings, money = read_campaign_rows(connection, as_of_date), configuration(), money_configuration()
        if data.past.empty:
            raise Refused(
                f"No campaign that was over before {as_of_date} held back a control group large enough: nobody knows "
                "with which probability anybody was contacted, so that no other policy can be judged."
            )
        rows = logged_rounds(_with_rules(connection, data.past))
        found = splits(rows, settings.origin_count, settings.minimum_row_count)
        if not found:
            raise Refused(
                "No campaign with a control group began after others had been over with at least "
                f"{settings.minimum_row_count} customers to learn from: a policy cannot be judged yet."
            )
        judged = judge(data, rows, found, settings, money)
        choice = choice_of(judged, settings)
        now = _with_rules(connection, data.now.assign(known_at=pd.Timestamp(as_of_date)))
        suggested = _suggested(data, rows, now, choice, settings)
        allowed = now["customer_id"].map(may_be_contacted(connection, as_of_date)).fillna(False).astype(bool)
        figures = dict(choice.contender(BANDIT).figures)
        figures["rules_value_amount"] = choice.contender(choice.baseline).figures["policy_value_amount"]
        return Results(
            _with_consent(suggested, allowed),
            figures,
            {"policies.json": report(judged, choice, settings)},
            (choice,),
        )


def _with_rules(connection: duckdb.DuckDBPyConnection, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with the action of the readable rules at their moment."""
    tiers = load_configuration(LifetimeValueConfiguration, "lifetime_value").value_tiers
    moments = rows.drop_duplicates(["customer_id", "known_at"])
    advised = moments[["customer_id", "known_at"]].assign(rules_action=rules_actions(connection, moments, tiers))
    return rows.merge(advised, on=["customer_id", "known_at"], how="left")


def _suggested(
    data: CampaignRows, rows: pd.DataFrame, now: pd.DataFrame, choice: Choice, settings: ActionConfiguration
) -> pd.DataFrame:
    """One action per customer, drawn with the probabilities of the bandit that has learned from all rounds."""
    bandit, (features,) = learn(data, rows, settings, now)
    question = asked(rows, now, features, bandit.actions, settings=settings, money=money_configuration())
    probabilities = policies(bandit, question, settings)[BANDIT]
    drawn = _drawn(probabilities, now)
    position = np.arange(len(now))
    expected = question.expected_rewards(bandit)
    gain = expected[position, drawn] - expected[:, 0]
    reach = special.ndtri(0.5 + settings.bootstrap.confidence / 2) * question.values
    errors = np.column_stack(
        [np.zeros(len(now)), *(bandit.effect_errors(features, action) for action in bandit.actions)]
    )[position, drawn]
    return pd.DataFrame(
        {
            "customer_id": now["customer_id"],
            "suggested_action_with_consent": np.array([NO_CONTACT, *bandit.actions], dtype=object)[drawn],
            "action_probability": probabilities[position, drawn],
            "expected_reward_amount": gain.round(2),
            "lower_expected_reward_amount": (gain - reach * errors).round(2),
            "upper_expected_reward_amount": (gain + reach * errors).round(2),
            "rules_action": now["rules_action"],
            "is_serving": choice.serving == BANDIT,
            "horizon_days": _window_days(rows),
        }
    )


def _drawn(probabilities: NDArray, now: pd.DataFrame) -> NDArray:
    """The position of the action drawn for each customer, by a number of their own and of the date."""
    numbers = [share_of(who, f"{day:%Y-%m-%d}") for who, day in zip(now["customer_id"], now["known_at"], strict=True)]
    reached = np.cumsum(probabilities, axis=1) < np.array(numbers)[:, None]
    return np.minimum(reached.sum(axis=1), probabilities.shape[1] - 1)


def _with_consent(suggested: pd.DataFrame, allowed: pd.Series) -> pd.DataFrame:
    """The suggestion for those who may be contacted, and that nothing is to be done for all others."""
    action = suggested["suggested_action_with_consent"].where(allowed.to_numpy(), DO_NOT_CONTACT)
    return suggested.assign(suggested_action=action, may_be_contacted=allowed.to_numpy())


def _window_days(rows: pd.DataFrame) -> int:
    return round(float((rows["window_end_at"] - rows["known_at"]).dt.total_seconds().mean()) / 86_400)
