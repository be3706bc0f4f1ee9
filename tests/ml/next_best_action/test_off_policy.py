"""Off-policy estimators on simulated contacts whose truth is known: unbiased, and intervals that cover."""

from __future__ import annotations

import numpy as np
import pytest

from ml.evaluation.off_policy import doubly_robust, inverse_propensity, normal_interval, self_normalised

SIMULATIONS, ROWS = 400, 300
# Two kinds of customers (even shares), three actions: true mean rewards, and what the lot draws for each kind.
REWARDS = np.array([[1.0, 3.0, 0.0], [2.0, 1.0, 4.0]])
LOGGING = np.array([[0.6, 0.2, 0.2], [0.3, 0.5, 0.2]])
POLICY = np.array([[0.1, 0.8, 0.1], [0.2, 0.0, 0.8]])
TRUE_VALUE = 0.5 * (0.1 * 1 + 0.8 * 3) + 0.5 * (0.2 * 2 + 0.8 * 4)  # 3.05


def simulated(seed: int) -> tuple[np.ndarray, ...]:
    """Policy, actions, propensities, rewards and the kinds of one simulation."""
    random = np.random.default_rng(seed)
    kind = random.integers(0, 2, ROWS)
    logged = (random.random(ROWS)[:, None] > np.cumsum(LOGGING[kind], axis=1)).sum(axis=1)
    reward = REWARDS[kind, logged] + random.normal(0, 2, ROWS)
    return POLICY[kind], logged, LOGGING[kind, logged], reward, kind


def contributions(name: str, seed: int) -> np.ndarray:
    policy, logged, propensity, reward, kind = simulated(seed)
    if name == "inverse_propensity":
        return inverse_propensity(policy, logged, propensity, reward)
    if name == "self_normalised":
        return self_normalised(policy, logged, propensity, reward)
    wrong = np.full((ROWS, 3), 7.0) if name == "doubly_robust_wrong" else REWARDS[kind]
    return doubly_robust(policy, logged, propensity, reward, wrong)


NAMES = ("inverse_propensity", "self_normalised", "doubly_robust", "doubly_robust_wrong")


@pytest.fixture(scope="module")
def estimates() -> dict[str, tuple[np.ndarray, float]]:
    """The estimates of all simulations, and the share of intervals that hold the truth."""
    found = {}
    for name in NAMES:
        intervals = [normal_interval(contributions(name, seed), 0.95) for seed in range(SIMULATIONS)]
        covered = np.mean([one.lower <= TRUE_VALUE <= one.upper for one in intervals])
        found[name] = np.array([one.estimate for one in intervals]), float(covered)
    return found


@pytest.mark.parametrize("name", ["inverse_propensity", "doubly_robust", "doubly_robust_wrong"])
def test_the_mean_over_simulations_is_the_truth(estimates: dict, name: str) -> None:
    values, _ = estimates[name]
    assert abs(values.mean() - TRUE_VALUE) < 3 * values.std(ddof=1) / SIMULATIONS**0.5


def test_the_self_normalised_is_right_within_its_small_bias(estimates: dict) -> None:
    assert estimates["self_normalised"][0].mean() == pytest.approx(TRUE_VALUE, abs=0.05)


@pytest.mark.parametrize("name", NAMES)
def test_intervals_hold_the_truth_as_often_as_they_promise(estimates: dict, name: str) -> None:
    """Of 400 intervals of 95 % between 92 and 98 hold it, but for chance of one in a hundred."""
    assert 0.92 <= estimates[name][1] <= 0.98


def test_a_right_model_takes_noise_away(estimates: dict) -> None:
    assert estimates["doubly_robust"][0].std() < estimates["inverse_propensity"][0].std()


def test_a_naive_mean_is_wrong_here() -> None:
    """What the lot brought is not what the policy would: the corrections above have something to correct."""
    naive = np.mean([simulated(seed)[3].mean() for seed in range(SIMULATIONS)])
    assert abs(naive - TRUE_VALUE) > 0.5


def test_the_logging_policy_itself_is_worth_the_mean_of_rewards() -> None:
    _, logged, propensity, reward, kind = simulated(1)
    assert self_normalised(LOGGING[kind], logged, propensity, reward).mean() == pytest.approx(reward.mean())
