"""Contributions that add up: a score is its base plus one signed part per feature."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

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
