"""Additive contributions, and the scales on which they add up: log-odds of probabilities, logarithms of amounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeGuard

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from ml.competition.results import Classifier, Estimator
from ml.contributions.preparation import amounts_of, probabilities_of

# Probabilities nearer to 0 or 1 than this are clipped.
_SMALLEST_PROBABILITY = 1e-6
# Scores this near to the base are rescaled by the median slope.
_NO_DISTANCE = 1e-9


@dataclass(frozen=True)
class Contributions:
    """What each feature adds to or takes from each customer's score.

    Attributes
    ----------
    values
        One row per customer, one column per feature; index 0…n−1.
    base
        The reference score: base + sum of a row = the row's score.
    score
        Log-odds of a probability, or log(1 + amount), shape (n_customers,).
    method
        How the contributions were computed: "tree", "linear", "two_stage" or "shapley".
    """

    values: pd.DataFrame
    base: float
    score: NDArray
    method: str


@dataclass(frozen=True)
class RawContributions:
    """Contributions on the scale on which the model itself is additive.

    Attributes
    ----------
    total
        The model's own score, shape (n_customers,).
    scale
        "log_odds", "decision" (of a support vector machine), "probability", "amount" or "log_amount".
    """

    values: pd.DataFrame
    base: float
    total: NDArray
    scale: str


def served_score(estimator: Estimator, features: pd.DataFrame) -> NDArray:
    """The explained score: log-odds of the served probability, or log(1 + served amount), shape (n_rows,)."""
    if gives_probabilities(estimator):
        return log_odds(probabilities_of(estimator, features)[:, 1])
    return log_amount(amounts_of(estimator, features))


def gives_probabilities(estimator: Estimator) -> TypeGuard[Classifier]:
    """Whether an estimator predicts probabilities, and not classes or amounts only."""
    return hasattr(estimator, "predict_proba")


def raw_score(classifier: Classifier, X: Any) -> NDArray:  # noqa: N803
    """Log-odds before calibration, or the decision function where there is no probability, shape (n_rows,).

    Parameters
    ----------
    X
        A model frame, or the matrix that a pipeline's preparation has made of one.
    """
    if not gives_probabilities(classifier) and hasattr(classifier, "decision_function"):
        return classifier.decision_function(X)
    return log_odds(probabilities_of(classifier, X)[:, 1])


def log_odds(probability: ArrayLike) -> NDArray:
    """Log-odds, elementwise; probabilities nearer to 0 or 1 than a millionth count as that, to stay finite."""
    kept = np.clip(np.asarray(probability, dtype=float), _SMALLEST_PROBABILITY, 1 - _SMALLEST_PROBABILITY)
    return np.log(kept / (1 - kept))


def probability_of(log_odds_: ArrayLike) -> NDArray:
    """The inverse of `log_odds`, elementwise."""
    return 1 / (1 + np.exp(-np.asarray(log_odds_, dtype=float)))


def log_amount(amount: ArrayLike) -> NDArray:
    """log(1 + amount), elementwise, 0 for negative amounts; the largest customers do not dominate on this scale."""
    return np.log1p(np.maximum(np.asarray(amount, dtype=float), 0))


def rescaled(parts: NDArray, distance: NDArray, wanted: NDArray) -> NDArray:
    """Scale each row's contributions, which add up to `distance`, so that they add up to `wanted`.

    The map between the two scales is monotonic (a calibration map, a logarithm), so every contribution keeps its
    share and, where the map rises, its sign: the rescale rule of DeepLIFT (Shrikumar, Greenside & Kundaje 2017).

    Parameters
    ----------
    parts
        Shape (n_rows, n_features).
    distance, wanted
        Score minus base on the old and the new scale, shape (n_rows,).
    """
    is_apart = np.abs(distance) > _NO_DISTANCE
    slope = wanted[is_apart] / distance[is_apart]
    factor = np.full(len(distance), np.median(slope) if len(slope) else 1.0)
    factor[is_apart] = slope
    return parts * factor[:, None]


def mean_of_amounts(parts: Sequence[Contributions], method: str) -> Contributions:
    """Contributions to the mean of amounts, from those to each of them: they add up in money."""
    in_money = [
        rescaled(part.values.to_numpy(), part.score - part.base, np.expm1(part.score) - np.expm1(part.base))
        for part in parts
    ]
    total = np.mean([np.expm1(part.score) for part in parts], axis=0)
    base = float(np.mean([np.expm1(part.base) for part in parts]))
    score, start = log_amount(total), float(log_amount(base))
    values = rescaled(np.mean(in_money, axis=0), total - base, score - start)
    return Contributions(pd.DataFrame(values, columns=parts[0].values.columns), start, score, method)
