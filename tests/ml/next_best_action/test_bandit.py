"""The bandit in a simulated shop: its posterior is right, it learns, and its regret falls."""

from __future__ import annotations

import numpy as np
import pytest

from ml.estimators.bandit import BanditParameters, LinearBandit, fit_bandit

PARAMETERS = BanditParameters(
    baseline_penalty=1, contact_penalty=1, action_penalty=1, level_penalty=1, draw_count=200, least_probability=0.02
)
ACTIONS = ("card", "mail")
COSTS = (0.1, 0.02)


def truth(features: np.ndarray) -> np.ndarray:
    """Probability of buying without contact, with a card and with a mail: each works on one half of the customers."""
    half = features[:, 0] > 0
    base = np.full(len(features), 0.2)
    return np.column_stack([base, base + 0.3 * half, base + 0.3 * ~half])


def contacted(random: np.random.Generator, probabilities: np.ndarray, features: np.ndarray) -> tuple[list, np.ndarray]:
    drawn = (random.random(len(features))[:, None] > np.cumsum(probabilities, axis=1)).sum(axis=1)
    bought = random.random(len(features)) < truth(features)[np.arange(len(features)), drawn]
    return [("", *ACTIONS)[position] for position in drawn], bought.astype(float)


def regret(probabilities: np.ndarray, features: np.ndarray) -> float:
    """What the policy falls short of the best actions, per customer."""
    rewards = truth(features) - np.array([0.0, *COSTS])
    return float((rewards.max(axis=1) - (probabilities * rewards).sum(axis=1)).mean())


def asked(bandit: LinearBandit, features: np.ndarray, seed: int = 1) -> np.ndarray:
    return bandit.probabilities(features, ACTIONS, np.ones(len(features)), COSTS, seed)


def test_regret_falls_from_round_to_round() -> None:
    random = np.random.default_rng(3)
    everything: list[tuple] = []
    probabilities, regrets = np.full((200, 3), 1 / 3), []
    for number in range(10):
        features = random.normal(size=(200, 2))
        if everything:
            known = [np.concatenate(part) for part in zip(*everything, strict=True)]
            bandit = fit_bandit(known[0], known[1].tolist(), known[2], known[3], PARAMETERS)
            probabilities = asked(bandit, features, number)
        regrets.append(regret(probabilities, features))
        taken, bought = contacted(random, probabilities, features)
        everything.append((features, np.array(taken, dtype=object), bought, np.full(200, number)))
    assert np.mean(regrets[-3:]) < 0.5 * regrets[0]
    assert regrets[-1] < regrets[1]


def test_the_posterior_covers_the_truth() -> None:
    """Effects are linear here, so that the model is right: intervals of 90 % of a customer's effect hold it."""
    held, slope = [], np.array([0.2, 0.1])
    for seed in range(150):
        random = np.random.default_rng(seed)
        features = random.normal(size=(300, 1))
        is_contacted = random.random(300) < 0.5
        response = (
            0.3 * features[:, 0] + is_contacted * (slope[0] + slope[1] * features[:, 0]) + random.normal(size=300)
        )
        taken = ["mail" if one else "" for one in is_contacted]
        weak = PARAMETERS.model_copy(update={"contact_penalty": 0.01, "action_penalty": 0.01, "level_penalty": 0.01})
        bandit = fit_bandit(features, taken, response, np.zeros(300), weak)
        at = np.array([[1.0]])
        expected = bandit.expected(at, ["mail"])[0]
        held.append(abs(expected[1] - expected[0] - slope.sum()) < 1.645 * bandit.effect_errors(at, "mail")[0])
    assert 0.84 <= np.mean(held) <= 0.96


def test_probabilities_are_such_and_leave_every_action_a_chance() -> None:
    random = np.random.default_rng(5)
    features = random.normal(size=(600, 2))
    taken, bought = contacted(random, np.full((600, 3), 1 / 3), features)
    found = asked(fit_bandit(features, taken, bought, np.zeros(600), PARAMETERS), features)
    np.testing.assert_allclose(found.sum(axis=1), 1.0)
    assert found.min() >= 0.02 - 1e-12
    right = np.where(features[:, 0] > 0, found[:, 1], found[:, 2])
    assert right[np.abs(features[:, 0]) > 1].mean() > 0.8


def test_levels_of_rounds_are_no_effects() -> None:
    """In the round in which most are contacted everybody buys more: the contact itself does nothing."""
    random = np.random.default_rng(6)
    rounds = np.repeat([0, 1], 2000)
    is_contacted = random.random(4000) < np.where(rounds == 1, 0.9, 0.1)
    response = (random.random(4000) < np.where(rounds == 1, 0.6, 0.1)).astype(float)
    taken = ["mail" if one else "" for one in is_contacted]
    bandit = fit_bandit(random.normal(size=(4000, 1)), taken, response, rounds, PARAMETERS)
    expected = bandit.expected(np.zeros((1, 1)), ["mail"])[0]
    assert expected[1] - expected[0] == pytest.approx(0.0, abs=0.06)
