"""Bootstrap intervals of a metric, and of the difference between two models, by resampling rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.evaluation.metrics import WeightedMetric

# Resamples are kept for the next metric where they take no more: those of a hundred thousand rows do.
_KEPT_BYTES = 64 * 1024**2


@dataclass(frozen=True)
class Interval:
    """A figure with the ends of its bootstrap interval, in the unit of the figure; NaN ends where none is known."""

    estimate: float
    lower: float
    upper: float

    def __str__(self) -> str:
        return f"{self.estimate:+.4f} [{self.lower:+.4f}, {self.upper:+.4f}]"


@dataclass(frozen=True)
class Resamples:
    """How to resample; the same seed gives every model the same resamples, which makes comparisons paired.

    Attributes
    ----------
    repetition_count
        Number of resamples.
    confidence
        Share of the resamples that lie inside an interval, 0 to 1.
    """

    repetition_count: int
    confidence: float
    seed: int

    def weights(self, row_count: int) -> Iterator[NDArray]:
        """Yield how often each row is drawn, shape (row_count,), once per resample."""
        random = np.random.default_rng(self.seed)
        for _ in range(self.repetition_count):
            yield np.bincount(random.integers(0, row_count, row_count), minlength=row_count).astype(float)


def metric_interval(metric: WeightedMetric, row_count: int, resamples: Resamples) -> Interval:
    """Percentile interval of one metric of `row_count` rows; resamples on which it is not finite are left out."""
    draws = np.array([metric(weight) for weight in resamples.weights(row_count)])
    return _interval(metric(np.ones(row_count)), draws, resamples)


class PairedDraws:
    """Metrics of several predictions for the same rows, on the same resamples; each metric is resampled once."""

    def __init__(self, row_count: int, resamples: Resamples) -> None:
        self._row_count, self._resamples = row_count, resamples
        self._known: dict[WeightedMetric, tuple[float, NDArray]] = {}
        self._kept: list[NDArray] = []

    def difference(self, first: WeightedMetric, second: WeightedMetric) -> Interval:
        """Percentile interval of `first − second`; resamples on which it is not finite are left out."""
        (estimate, draws), (other_estimate, other_draws) = self._of(first), self._of(second)
        return _interval(estimate - other_estimate, draws - other_draws, self._resamples)

    def estimate(self, metric: WeightedMetric) -> float:
        """The metric on the rows themselves."""
        return metric(np.ones(self._row_count))

    def _of(self, metric: WeightedMetric) -> tuple[float, NDArray]:
        """The metric on the rows themselves, and on each resample, shape (repetition_count,)."""
        if metric not in self._known:
            draws = np.array([metric(weight) for weight in self._weights()])
            self._known[metric] = self.estimate(metric), draws
        return self._known[metric]

    def _weights(self) -> Iterator[NDArray]:
        """How often each row is drawn, once per resample; a row is drawn some ten times at most, so a byte holds it."""
        drawn = self._resamples.weights(self._row_count)
        if self._row_count * self._resamples.repetition_count > _KEPT_BYTES:
            yield from drawn
            return
        if not self._kept:
            self._kept = [weight.astype(np.uint8) for weight in drawn]
        yield from (weight.astype(float) for weight in self._kept)


def _interval(estimate: float, draws: NDArray, resamples: Resamples) -> Interval:
    known = draws[np.isfinite(draws)]
    if not len(known):
        return Interval(estimate, float("nan"), float("nan"))
    tail = (1 - resamples.confidence) / 2
    lower, upper = np.quantile(known, [tail, 1 - tail])
    return Interval(float(estimate), float(lower), float(upper))
