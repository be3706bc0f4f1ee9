"""Bootstrap intervals of a metric, and of the difference between two models, by resampling rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.evaluation.metrics import WeightedMetric


@dataclass(frozen=True)
class Interval:
    """A figure with the ends of its bootstrap interval."""

    estimate: float
    lower: float
    upper: float

    def __str__(self) -> str:
        return f"{self.estimate:+.4f} [{self.lower:+.4f}, {self.upper:+.4f}]"


@dataclass(frozen=True)
class Resamples:
    """How to resample; the same seed gives every model the same resamples, which makes comparisons paired."""

    repetition_count: int
    confidence: float
    seed: int

    def weights(self, row_count: int) -> Iterator[NDArray]:
        """Yield how often each row is drawn, shape (row_count,), once per resample."""
        random = np.random.default_rng(self.seed)
        for _ in range(self.repetition_count):
            yield np.bincount(random.integers(0, row_count, row_count), minlength=row_count).astype(float)


def metric_interval(metric: WeightedMetric, row_count: int, resamples: Resamples) -> Interval:
    """Percentile interval of one metric."""
    return _interval(metric(np.ones(row_count)), [metric(w) for w in resamples.weights(row_count)], resamples)


def paired_difference(first: WeightedMetric, second: WeightedMetric, row_count: int, resamples: Resamples) -> Interval:
    """Percentile interval of `first − second`, both on the same resamples of the same rows."""
    estimate = first(np.ones(row_count)) - second(np.ones(row_count))
    return _interval(estimate, [first(w) - second(w) for w in resamples.weights(row_count)], resamples)


def _interval(estimate: float, draws: list[float], resamples: Resamples) -> Interval:
    known = np.asarray([draw for draw in draws if np.isfinite(draw)])
    if not len(known):
        return Interval(estimate, float("nan"), float("nan"))
    tail = (1 - resamples.confidence) / 2
    lower, upper = np.quantile(known, [tail, 1 - tail])
    return Interval(float(estimate), float(lower), float(upper))
