"""Interval of a mean over a few times of measurement whose outcomes overlap.

What is measured at one time is measured under the same weather: its series go up and down together and are one unit
(Cameron, Gelbach & Miller 2008, Rev. Econ. Stat. 90: with few clusters, intervals of single values are far too narrow).
A handful of units is too few for a bootstrap, so their mean gets the interval of Student's t (Ibragimov & Müller 2010,
J. Bus. Econ. Stat. 28). Times closer than the horizon share part of their outcomes, which makes them alike as Diebold
and Mariano's test has it (1995, J. Bus. Econ. Stat. 13); the share in common is taken for the correlation, because six
values are too few to estimate it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t

from ml.evaluation.bootstrap import Interval


@dataclass(frozen=True)
class FewTimes:
    """How far times lie apart, how far each looks ahead, in the same unit, and the two-sided confidence."""

    step: int
    horizon: int
    confidence: float

    def interval(self, values: NDArray) -> Interval:
        """Interval of the mean of values of consecutive times, shape (n_times,), of which there must be two at least.

        >>> print(FewTimes(step=3, horizon=3, confidence=0.95).interval(np.array([1.0, 2.0, 3.0])))
        +2.0000 [-0.4841, +4.4841]
        """
        count = len(values)
        apart = np.abs(np.subtract.outer(np.arange(count), np.arange(count))) * self.step
        correlation = np.maximum(0.0, 1 - apart / self.horizon)
        # of correlated values the usual variance is too small by what they have in common
        usual = values.var(ddof=1) / (1 - (correlation.sum() - count) / (count * (count - 1)))
        error = np.sqrt(usual * correlation.sum()) / count
        half = float(t.ppf((1 + self.confidence) / 2, count - 1) * error)
        mean = float(values.mean())
        return Interval(mean, mean - half, mean + half)
