"""Contributions that add up, and the scales they add up on: log-odds of probabilities, logarithms of amounts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeGuard

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from ml.competition.results import Classifier, Estimator

# Nearer to 0 or 1 than this, log-odds say nothing more.
_SMALLEST_PROBABILITY = 1e-6
# A score this near to its base has no slope of its own.
_NO_DISTANCE = 1e-9


@dataclass(frozen=True)
class Contributions:
    """What each feature adds to or takes from each customer's score.

    Attributes
    ----------
    values
        One row per customer, one column per feature; index 0…n−1.
    base
        The score that the parts are counted from; base + sum of a row = the row's score.
    score
        Log-odds of a probability, log(1 + amount) of an amount.
    method
        How the parts were found: "tree", "linear", "two_stage" or "shapley".
    """

    values: pd.DataFrame
    base: float
    score: NDArray
    method: str


@dataclass(frozen=True)
class RawContributions:
    """Parts on the scale that the model itself adds up on.

    Attributes
    ----------
    scale
        "log_odds", "decision" (of a support vector machine), "probability", "amount" or "log_amount".
    """

    values: pd.DataFrame
    base: float
    total: NDArray
    scale: str


def served_score(estimator: Estimator, features: pd.DataFrame) -> NDArray:
    """What is taken apart: log-odds of the served probability, or log(1 + served amount)."""
    if gives_probabilities(estimator):
        return log_odds(estimator.predict_proba(features)[:, 1])
    return log_amount(estimator.predict(features))


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
    return log_odds(classifier.predict_proba(X)[:, 1])


def log_odds(probability: ArrayLike) -> NDArray:
    """Log-odds, kept finite."""
    kept = np.clip(np.asarray(probability, dtype=float), _SMALLEST_PROBABILITY, 1 - _SMALLEST_PROBABILITY)
    return np.log(kept / (1 - kept))


def probability_of(log_odds_: ArrayLike) -> NDArray:
    """The inverse of log-odds."""
    return 1 / (1 + np.exp(-np.asarray(log_odds_, dtype=float)))


def log_amount(amount: ArrayLike) -> NDArray:
    """log(1 + amount): whales do not drown the rest, and nothing stays nothing."""
    return np.log1p(np.maximum(np.asarray(amount, dtype=float), 0))


def rescaled(parts: NDArray, distance: NDArray, wanted: NDArray) -> NDArray:
    """Stretch each row's parts, which add up to `distance`, so that they add up to `wanted`.

    The map between the two scales rises or falls throughout (a calibration map, a logarithm), so every part
    keeps its share and, where the map rises, its sign: the rescale rule of DeepLIFT (Shrikumar, Greenside &
    Kundaje 2017).
    """
    is_apart = np.abs(distance) > _NO_DISTANCE
    slope = wanted[is_apart] / distance[is_apart]
    factor = np.full(len(distance), np.median(slope) if len(slope) else 1.0)
    factor[is_apart] = slope
    return parts * factor[:, None]
