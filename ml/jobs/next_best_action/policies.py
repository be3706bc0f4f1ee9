"""The bandit, the readable rules and the two simplest policies as probabilities of actions, for rows of one round."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.data.campaign_rows import CampaignRows, contact_costs, order_values
from ml.estimators.bandit import LinearBandit, fit_bandit
from ml.jobs.next_best_action.configuration import ActionConfiguration
from ml.jobs.uplift.configuration import UpliftConfiguration

BANDIT, RULES, EVERYBODY, NOBODY = "thompson_sampling", "rules", "contact_everybody", "contact_nobody"


@dataclass(frozen=True)
class Asked:
    """Rows of which actions are asked for.

    Attributes
    ----------
    features
        Standardised by the learned rows, shape (n, d).
    values
        What a buyer leaves, shape (n,).
    has_rule_contact
        Whether the readable rules would contact the customer.
    actions, costs
        What may be drawn besides no contact, and what each costs.
    """

    features: NDArray
    values: NDArray
    has_rule_contact: NDArray
    actions: tuple[str, ...]
    costs: tuple[float, ...]

    def expected_rewards(self, bandit: LinearBandit) -> NDArray:
        """Expected reward of no contact and of each action, shape (n, 1 + n_actions)."""
        return bandit.expected(self.features, self.actions) * self.values[:, None] - np.r_[0.0, self.costs]


def learn(
    data: CampaignRows, learned: pd.DataFrame, settings: ActionConfiguration, *others: pd.DataFrame
) -> tuple[LinearBandit, list[NDArray]]:
    """The bandit after the learned rows, and the features of other rows as `CampaignRows.prepared` gives them."""
    known, *features = data.prepared(learned, *others)
    bandit = fit_bandit(
        known,
        learned["action"].tolist(),
        learned["has_bought"].to_numpy(),
        learned["round"].to_numpy(),
        settings.bandit,
    )
    return bandit, features


def asked(
    learned: pd.DataFrame,
    rows: pd.DataFrame,
    features: NDArray,
    actions: Sequence[str],
    *,
    settings: ActionConfiguration,
    money: UpliftConfiguration,
) -> Asked:
    """Rows as policies take them; costs and values are those of the learned rows."""
    values = order_values(
        learned, rows, margin_share=money.unstated_margin_share, prior_order_count=money.prior_order_count
    )
    costs = tuple(
        contact_costs(learned[learned["action"].isin([action, ""])], money.unstated_contact_cost_amount)
        if (learned["action"] == action).any()
        else contact_costs(learned, money.unstated_contact_cost_amount)
        for action in actions
    )
    contacts = rows["rules_action"].isin(settings.contacting_actions).to_numpy()
    return Asked(features, values, contacts, tuple(actions), costs)


def policies(bandit: LinearBandit, question: Asked, settings: ActionConfiguration) -> dict[str, NDArray]:
    """The probabilities of each policy, no contact first, shape (n, 1 + n_actions) each.

    Rules say whom to contact, not with what: with the action that is best in the mean of those asked.
    """
    count, width = len(question.features), 1 + len(question.actions)
    rewards = question.expected_rewards(bandit)
    best = 1 + int(np.argmax(rewards[:, 1:].mean(axis=0)))
    contact, none = np.zeros((count, width)), np.zeros((count, width))
    contact[:, best], none[:, 0] = 1.0, 1.0
    return {
        RULES: np.where(question.has_rule_contact[:, None], contact, none),
        BANDIT: bandit.probabilities(
            question.features, question.actions, question.values, question.costs, settings.random_seed
        ),
        EVERYBODY: contact,
        NOBODY: none,
    }
