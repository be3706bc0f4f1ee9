"""What a policy would have been worth, told from actions that another one drew with known probabilities.

Shapes: n rows, k actions. `logged` is the position of the action taken, `propensity` the probability with which it was
drawn, both (n,); `policy` the probabilities of the policy that is judged, (n, k), each row a sum of 1. Each estimator
gives a contribution per row, (n,), whose mean is the estimate.

Horvitz and Thompson (1952) for inverse propensities, Swaminathan and Joachims (2015) for their self-normalised form,
Dudík, Langford and Li (2011) for the doubly robust one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special

from ml.evaluation.bootstrap import Interval


def importance(policy: NDArray, logged: NDArray, propensity: NDArray) -> NDArray:
    """How much likelier each action taken was under the policy, shape (n,)."""
    return policy[np.arange(len(logged)), logged] / propensity


def inverse_propensity(policy: NDArray, logged: NDArray, propensity: NDArray, reward: NDArray) -> NDArray:
    """Rewards by importance: unbiased, whatever the rewards depend on.

    Examples
    --------
    >>> always_first = np.array([[1.0, 0.0], [1.0, 0.0]])
    >>> inverse_propensity(always_first, np.array([0, 1]), np.array([0.5, 0.5]), np.array([3.0, 9.0])).tolist()
    [6.0, 0.0]
    """
    return importance(policy, logged, propensity) * reward


def self_normalised(policy: NDArray, logged: NDArray, propensity: NDArray, reward: NDArray) -> NDArray:
    """The mean of rewards weighted by importance, linearised: v + w (r − v)/w̄, whose mean is v.

    Biased by less than its error; a constant added to all rewards does not move it otherwise. NaN in each row where the
    policy would have taken none of the actions taken.
    """
    weight = importance(policy, logged, propensity)
    mean = weight.mean()
    if mean == 0:
        return np.full(len(reward), np.nan)
    value = float((weight * reward).mean() / mean)
    return value + weight * (reward - value) / mean


def doubly_robust(policy: NDArray, logged: NDArray, propensity: NDArray, reward: NDArray, expected: NDArray) -> NDArray:
    """What the policy's actions are expected to bring, corrected where the taken one brought more or less.

    Parameters
    ----------
    expected
        Reward of each action by a model that has not seen these rows, shape (n, k). As the propensities are known,
        the estimate is unbiased however wrong it is; the better it is, the less noise.
    """
    error = reward - expected[np.arange(len(logged)), logged]
    return (policy * expected).sum(axis=1) + importance(policy, logged, propensity) * error


def normal_interval(values: NDArray, confidence: float) -> Interval:
    """The mean of contributions of independent rows with the ends of its interval, by the central limit theorem.

    Parameters
    ----------
    values
        Shape (n,), with n of at least 2.
    confidence
        Probability with which the interval holds the true mean, 0 to 1.
    """
    estimate = float(values.mean())
    reach = float(special.ndtri(0.5 + confidence / 2) * values.std(ddof=1) / np.sqrt(len(values)))
    return Interval(estimate, estimate - reach, estimate + reach)
