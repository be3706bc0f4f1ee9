"""Policies judged off-policy on rounds that they had not learned from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.data.campaign_rows import CampaignRows, per_customer
from ml.evaluation.off_policy import doubly_robust, inverse_propensity, normal_interval, self_normalised
from ml.jobs.choice import Choice, Contender, choose
from ml.jobs.next_best_action.configuration import ActionConfiguration
from ml.jobs.next_best_action.policies import BANDIT, EVERYBODY, NOBODY, RULES, asked, learn, policies
from ml.jobs.next_best_action.rounds import Split
from ml.jobs.uplift.configuration import UpliftConfiguration

METRIC = "policy_value_amount"
ESTIMATORS = ("doubly_robust", "inverse_propensity", "self_normalised")
_EXPLORES = (RULES, BANDIT, EVERYBODY, NOBODY)


@dataclass(frozen=True)
class Judged:
    """One round: contributions of each row to the value of each policy, by policy and estimator, (n,) each.

    Attributes
    ----------
    contacted_shares
        By policy.
    """

    name: str
    customers: pd.Series
    values: dict[str, dict[str, NDArray]]
    contacted_shares: dict[str, float]


def judge(
    data: CampaignRows,
    rows: pd.DataFrame,
    found: list[Split],
    settings: ActionConfiguration,
    money: UpliftConfiguration,
) -> list[Judged]:
    """Learn before each split, and judge its rounds."""
    judged = []
    for split in found:
        learned = rows[split.learned]
        for number, part in rows[split.judged].groupby("round"):
            name = f"{split.name}, round {number}"
            judged.append(_judged(name, data, learned, part, settings=settings, money=money))
    return judged


def _judged(
    name: str,
    data: CampaignRows,
    learned: pd.DataFrame,
    part: pd.DataFrame,
    *,
    settings: ActionConfiguration,
    money: UpliftConfiguration,
) -> Judged:
    bandit, (features,) = learn(data, learned, settings, part)
    actions = part["actions"].iloc[0]
    question = asked(learned, part, features, actions, settings=settings, money=money)
    position = {"": 0} | {action: 1 + number for number, action in enumerate(actions)}
    logged = part["action"].map(position).to_numpy()
    costs = np.r_[0.0, question.costs][logged]
    reward = part["has_bought"].to_numpy() * question.values - costs
    drawn = logged, part["action_propensity"].to_numpy(), reward
    expected = question.expected_rewards(bandit)
    found = policies(bandit, question, settings)
    values = {
        policy: {
            "doubly_robust": doubly_robust(probabilities, *drawn, expected),
            "inverse_propensity": inverse_propensity(probabilities, *drawn),
            "self_normalised": self_normalised(probabilities, *drawn),
        }
        for policy, probabilities in found.items()
    }
    shares = {policy: float(1 - probabilities[:, 0].mean()) for policy, probabilities in found.items()}
    return Judged(name, part["customer_id"], values, shares)


def choice_of(judged: list[Judged], settings: ActionConfiguration) -> Choice:
    """Whether the bandit beats the rules beyond chance, by the doubly robust value of all rounds together."""
    contenders = [
        Contender(policy, policy == RULES, _figures(judged, policy, settings), _pooled(judged, policy, "doubly_robust"))
        for policy in (RULES, BANDIT)
    ]
    return choose(contenders, METRIC, settings.resamples)


def report(judged: list[Judged], choice: Choice, settings: ActionConfiguration) -> dict[str, object]:
    """Each policy by each estimator with intervals, in all rounds together and in each."""
    return {
        "reason": choice.reason,
        "all_rounds": {policy: _figures(judged, policy, settings) for policy in _EXPLORES},
        "rounds": {one.name: {policy: _figures([one], policy, settings) for policy in _EXPLORES} for one in judged},
    }


def _pooled(judged: list[Judged], policy: str, estimator: str) -> NDArray:
    values = np.concatenate([one.values[policy][estimator] for one in judged])
    return per_customer(values, pd.concat([one.customers for one in judged]))


def _figures(judged: list[Judged], policy: str, settings: ActionConfiguration) -> dict[str, float]:
    figures: dict[str, float] = {}
    for estimator in ESTIMATORS:
        found = normal_interval(_pooled(judged, policy, estimator), settings.bootstrap.confidence)
        name = METRIC if estimator == "doubly_robust" else f"{estimator}_value_amount"
        figures |= {name: found.estimate, f"{name}_lower": found.lower, f"{name}_upper": found.upper}
    counts = [len(one.customers) for one in judged]
    shares = [one.contacted_shares[policy] for one in judged]
    return figures | {"contacted_share": float(np.average(shares, weights=counts))}
