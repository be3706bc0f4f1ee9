"""Forecasts by rule: what a person would write down without a model.

`values` have the shape (n_periods, n_series), oldest first, forecasts (horizon, n_series); all counts are of periods.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def naive(values: NDArray, horizon: int) -> NDArray:
    """The last value goes on.

    >>> naive(np.array([[1.0], [3.0]]), 2).ravel().tolist()
    [3.0, 3.0]
    """
    return np.repeat(values[-1:], horizon, axis=0)


def recent_mean(values: NDArray, horizon: int, period_count: int) -> NDArray:
    """The mean of the last periods goes on."""
    return np.repeat(values[-period_count:].mean(axis=0, keepdims=True), horizon, axis=0)


def seasonal_naive(values: NDArray, horizon: int, season_period_count: int) -> NDArray:
    """The same period a year ago; `horizon` must not exceed a year.

    >>> seasonal_naive(np.arange(6.0)[:, None], 2, 4).ravel().tolist()
    [2.0, 3.0]
    """
    start = len(values) - season_period_count
    return values[start : start + horizon]


def growing_seasonal_naive(values: NDArray, horizon: int, season_period_count: int, period_count: int) -> NDArray:
    """The same period a year ago times the growth of the last periods since then, at most doubled or halved."""
    last = values[-period_count:].sum(axis=0)
    then = values[-season_period_count - period_count : -season_period_count].sum(axis=0)
    growth = np.divide(last, then, out=np.ones_like(last), where=(then > 0) & (last > 0))
    return seasonal_naive(values, horizon, season_period_count) * np.clip(growth, 0.5, 2.0)
