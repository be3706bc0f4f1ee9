"""Prediction intervals for amounts, from the errors on customers with similar predictions."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, clone

_SMALLEST_GROUP = 30


class SimilarPredictionInterval(BaseEstimator):
    """Quantiles of actual amounts among training rows with a similar out-of-sample prediction.

    Rows are grouped by predicted amount (equal sizes), and each group's quantiles are interpolated over the prediction:
    those of `actual − predicted` above, those of `actual / predicted` below. The method is the same for every model, so
    intervals can be compared. It assumes that errors in the horizon are like those in the training snapshots; coverage
    is measured on the holdout, in total and by group, and is one of the metrics.

    Both tails are equal where few of a group spend nothing. Where as many as may be left out do (1 − `coverage`), those
    are left out below, and the interval begins with the smallest spend. Where more do, it begins at zero and nobody is
    left out below; it covers more than promised only where more spend nothing than it promises to cover.

    Parameters
    ----------
    coverage
        Share of customers whose amount should fall inside.
    group_count
        Number of groups; fewer with few rows.
    """

    def __init__(self, coverage: float = 0.8, group_count: int = 20) -> None:
        self.coverage = coverage
        self.group_count = group_count

    def fit(self, predicted: ArrayLike, actual: ArrayLike) -> SimilarPredictionInterval:
        """Fit on out-of-sample predictions and actual amounts, shape (n_rows,)."""
        predicted, actual = np.asarray(predicted, dtype=float), np.asarray(actual, dtype=float)
        groups = max(1, min(self.group_count, len(predicted) // _SMALLEST_GROUP))
        edges = np.unique(np.quantile(predicted, np.linspace(0, 1, groups + 1)[1:-1]))
        group = np.searchsorted(edges, predicted, side="right")
        parts = [group == number for number in np.unique(group)]
        self.centers_ = np.array([predicted[part].mean() for part in parts])
        errors = actual - predicted
        share = actual / np.where(predicted > 0, predicted, np.inf)
        from_quantile = [self._lower_quantile(actual[part]) for part in parts]
        self.lower_shares_ = np.array(
            [0.0 if low == 0 else np.quantile(share[part], low) for part, low in zip(parts, from_quantile, strict=True)]
        )
        self.upper_errors_ = np.array(
            [np.quantile(errors[part], low + self.coverage) for part, low in zip(parts, from_quantile, strict=True)]
        )
        return self

    def _lower_quantile(self, actual: NDArray) -> float:
        """The share of a group that is left out below: 0 where the interval begins at zero."""
        without_spend, left_out = float((actual <= 0).mean()), 1 - self.coverage
        just_above = without_spend + 0.5 / len(actual)
        return max(just_above, left_out / 2) if just_above <= left_out else 0.0

    def left_out_bounds(
        self, predicted: ArrayLike, actual: ArrayLike, *, fold_count: int, seed: int
    ) -> tuple[NDArray, NDArray]:
        """Bounds of each row, both of shape (n_rows,), by intervals fitted on the other folds of the rows."""
        predicted, actual = np.asarray(predicted, dtype=float), np.asarray(actual, dtype=float)
        fold = np.random.default_rng(seed).permutation(len(predicted)) % fold_count
        lower, upper = np.zeros(len(predicted)), np.zeros(len(predicted))
        for number in np.unique(fold):
            out = fold == number
            other = clone(self).fit(predicted[~out], actual[~out])
            lower[out], upper[out] = other.bounds(predicted[out])
        return lower, upper

    def bounds(self, predicted: ArrayLike) -> tuple[NDArray, NDArray]:
        """Lower and upper bound around each prediction, both of shape (n_rows,); never below zero.

        Beyond the mean of the highest group the errors grow in proportion to the prediction.
        """
        predicted = np.asarray(predicted, dtype=float)
        largest = self.centers_[-1]
        stretch = np.maximum(predicted / largest, 1) if largest > 0 else np.ones_like(predicted)
        former_errors = getattr(self, "lower_errors_", None)  # of versions registered before there were shares
        if former_errors is None:
            # between a group whose interval begins at zero and one that leaves the zeros out it begins at zero
            from_zero = np.interp(predicted, self.centers_, (self.lower_shares_ == 0).astype(float)) > 0
            lower = np.where(from_zero, 0, predicted * np.interp(predicted, self.centers_, self.lower_shares_))
        else:
            lower = predicted + stretch * np.interp(predicted, self.centers_, former_errors)
        upper = predicted + stretch * np.interp(predicted, self.centers_, self.upper_errors_)
        return np.clip(lower, 0, predicted), np.maximum(upper, predicted)
