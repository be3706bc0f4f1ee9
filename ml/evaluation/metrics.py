"""Metrics of ranking, level, calibration and error.

Arrays have the shape (n_rows,) and one order of rows. `actual` is 0 or 1 where a probability is evaluated, and an
amount of money elsewhere. Rank metrics treat tied predictions as one group, so the order of rows never matters. Metrics
that are bootstrapped come as `…_by_weight`: they sort once and return a function of row weights, shape (n_rows,).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import spearmanr
from sklearn.metrics import average_precision_score

WeightedMetric = Callable[[NDArray], float]


def roc_auc_by_weight(actual: ArrayLike, score: ArrayLike) -> WeightedMetric:
    """ROC-AUC: share of pairs of a positive and a negative row in the right order, ties count half."""
    actual = np.asarray(actual, dtype=float)
    group, count = _descending_groups(score)

    def evaluate(weight: NDArray) -> float:
        positive = np.bincount(group, weight * actual, count)
        negative = np.bincount(group, weight * (1 - actual), count)
        pairs = positive.sum() * negative.sum()
        below = negative.sum() - np.cumsum(negative)
        return float((positive * (below + negative / 2)).sum() / pairs) if pairs > 0 else float("nan")

    return evaluate


def roc_auc(actual: ArrayLike, score: ArrayLike) -> float:
    """ROC-AUC; NaN when only one class is present.

    Examples
    --------
    >>> roc_auc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    0.75
    """
    return roc_auc_by_weight(actual, score)(np.ones(len(np.asarray(actual))))


def pr_auc(actual: ArrayLike, score: ArrayLike) -> float:
    """Average precision; NaN when no row is positive."""
    actual = np.asarray(actual, dtype=int)
    return float(average_precision_score(actual, score)) if actual.any() else float("nan")


def level_error_by_weight(actual: ArrayLike, predicted: ArrayLike) -> WeightedMetric:
    """Absolute logarithm of the level ratio: 0 where totals agree, the same for twice and for half, else infinite."""
    actual, predicted = np.asarray(actual, dtype=float), np.asarray(predicted, dtype=float)

    def evaluate(weight: NDArray) -> float:
        total, expected = float((weight * actual).sum()), float((weight * predicted).sum())
        return abs(math.log(expected / total)) if total * expected > 0 else math.inf

    return evaluate


def brier_by_weight(actual: ArrayLike, probability: ArrayLike) -> WeightedMetric:
    """Mean squared error of probabilities (Brier 1950)."""
    squared = (np.asarray(actual, dtype=float) - np.asarray(probability, dtype=float)) ** 2
    return lambda weight: float((weight * squared).sum() / weight.sum())


def brier(actual: ArrayLike, probability: ArrayLike) -> float:
    """Mean squared error of probabilities (Brier 1950)."""
    return brier_by_weight(actual, probability)(np.ones(len(np.asarray(actual))))


def brier_skill(actual: ArrayLike, probability: ArrayLike) -> float:
    """1 − Brier score / that of the events' own share as a constant (Brier skill score); NaN without both classes.

    Examples
    --------
    >>> brier_skill([1, 0, 0, 0], [0.25, 0.25, 0.25, 0.25])
    0.0
    """
    share = float(np.mean(np.asarray(actual, dtype=float)))
    return 1 - brier(actual, probability) / (share * (1 - share)) if 0 < share < 1 else float("nan")


def expected_calibration_error(actual: ArrayLike, probability: ArrayLike, bin_count: int = 10) -> float:
    """Mean |predicted − observed share| over `bin_count` groups of nearly equal size by predicted probability."""
    table = decile_table(actual, probability, bin_count)
    gap = np.abs(table["predicted_mean"] - table["actual_mean"])
    return float((gap * table["count"]).sum() / table["count"].sum())


def normalised_gini_by_weight(actual: ArrayLike, predicted: ArrayLike) -> WeightedMetric:
    """Gini coefficient of actual amounts ranked by prediction, divided by that of the perfect ranking."""
    actual = np.asarray(actual, dtype=float)
    by_prediction, by_actual = _descending_groups(predicted), _descending_groups(actual)

    def evaluate(weight: NDArray) -> float:
        best = _lorenz_gini(actual, weight, *by_actual)
        return _lorenz_gini(actual, weight, *by_prediction) / best if best > 0 else float("nan")

    return evaluate


def normalised_gini(actual: ArrayLike, predicted: ArrayLike) -> float:
    """Rank quality of amounts: 1 for the perfect ranking, 0 for a random one; NaN if actual amounts are equal.

    Examples
    --------
    >>> normalised_gini([1.0, 2.0, 3.0], [10.0, 20.0, 30.0])
    1.0
    """
    return normalised_gini_by_weight(actual, predicted)(np.ones(len(np.asarray(actual))))


def capture_at(actual: ArrayLike, score: ArrayLike, share: float = 0.2) -> float:
    """Share of the total of `actual` (churns, spend) in the `share` of rows with the highest scores; NaN if it is 0."""
    return captures_at(actual, score, [share])[0]


def captures_at(actual: ArrayLike, score: ArrayLike, shares: Iterable[float]) -> list[float]:
    """`capture_at` of several shares."""
    in_order = _tie_averaged(actual, score)
    total = in_order.sum()

    def captured(share: float) -> float:
        cut = share * len(in_order)
        whole = int(cut)
        part = (cut - whole) * in_order[whole] if whole < len(in_order) else 0.0
        return float((in_order[:whole].sum() + part) / total) if total > 0 else float("nan")

    return [captured(share) for share in shares]


def top_decile_lift(actual: ArrayLike, score: ArrayLike) -> float:
    """Rate in the tenth of rows with the highest scores, divided by the average rate."""
    return capture_at(actual, score, 0.1) / 0.1


def spearman(actual: ArrayLike, predicted: ArrayLike) -> float:
    """Rank correlation (Spearman); NaN when either side is constant."""
    actual, predicted = np.asarray(actual, dtype=float), np.asarray(predicted, dtype=float)
    if np.ptp(actual) == 0 or np.ptp(predicted) == 0:
        return float("nan")
    return float(spearmanr(actual, predicted).statistic)


def level_ratio(actual: ArrayLike, predicted: ArrayLike) -> float:
    """Total predicted divided by total actual; NaN when the actual total is 0."""
    total = float(np.sum(np.asarray(actual, dtype=float)))
    return float(np.sum(np.asarray(predicted, dtype=float)) / total) if total != 0 else float("nan")


def mean_absolute_error(actual: ArrayLike, predicted: ArrayLike) -> float:
    """MAE; rewards under-prediction where most spend nothing, so do not read it alone."""
    return float(np.mean(np.abs(np.asarray(actual, dtype=float) - np.asarray(predicted, dtype=float))))


def root_mean_squared_error(actual: ArrayLike, predicted: ArrayLike) -> float:
    """RMSE; dominated by the customers who spend most."""
    difference = np.asarray(actual, dtype=float) - np.asarray(predicted, dtype=float)
    return float(np.sqrt(np.mean(difference**2)))


def decile_table(actual: ArrayLike, predicted: ArrayLike, group_count: int = 10) -> dict[str, NDArray]:
    """Counts and means by group of predicted value, lowest first; tied predictions share a group.

    Returns
    -------
    dict
        `count`, `predicted_mean`, `actual_mean`, each of shape (n_groups,), empty groups left out.
    """
    actual, predicted = np.asarray(actual, dtype=float), np.asarray(predicted, dtype=float)
    _, inverse, counts = np.unique(predicted, return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - counts / 2
    group = np.minimum((middle / len(predicted) * group_count).astype(int), group_count - 1)[inverse]
    size = np.bincount(group, minlength=group_count)
    kept = size > 0
    return {
        "count": size[kept],
        "predicted_mean": np.bincount(group, predicted, group_count)[kept] / size[kept],
        "actual_mean": np.bincount(group, actual, group_count)[kept] / size[kept],
    }


def _descending_groups(score: ArrayLike) -> tuple[NDArray, int]:
    """The number of each row's group of equal scores, highest score first, and the number of groups."""
    values, inverse = np.unique(-np.asarray(score, dtype=float), return_inverse=True)
    return inverse, len(values)


def _lorenz_gini(actual: NDArray, weight: NDArray, group: NDArray, count: int) -> float:
    rows = np.bincount(group, weight, count)
    amount = np.bincount(group, weight * actual, count)
    if rows.sum() <= 0 or amount.sum() <= 0:
        return float("nan")
    amount = amount / amount.sum()
    area = (rows / rows.sum() * (np.cumsum(amount) - amount / 2)).sum()
    return float(2 * area - 1)


def _tie_averaged(actual: ArrayLike, score: ArrayLike) -> NDArray:
    """Actual values by descending score, equal scores sharing their mean."""
    actual = np.asarray(actual, dtype=float)
    group, count = _descending_groups(score)
    size = np.bincount(group, minlength=count)
    return np.repeat(np.bincount(group, actual, count) / size, size)
