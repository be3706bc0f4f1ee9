"""Curves P(next order within t days): on a grid of days, by day, their quantiles and their scores."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# A season may run at most so many times as fast as the year on average, over a horizon.
LONGEST_SHARE = 2.0


def grid_days(horizon_days: int) -> NDArray:
    """Days at which curves are computed: each of the first ten, then ever fewer, up to twice the horizon.

    Shape (n_days,), rising; the last one is the end of twice the horizon.
    """
    end = int(np.ceil(LONGEST_SHARE * horizon_days))
    days = [*range(1, 11), *range(12, 31, 2), *range(35, 91, 5), *range(100, end, 10), end]
    return np.array([day for day in days if day <= end], float)


def by_day(on_grid: NDArray, grid: NDArray, clock_days: NDArray) -> NDArray:
    """Curves at the end of each day, straight between the days of the grid.

    Parameters
    ----------
    on_grid
        Shape (n_customers, n_grid).
    clock_days
        How many average days have passed at the end of each day of the horizon, shape (horizon_days,): 1, 2, …
        without a season.

    Returns
    -------
    ndarray of shape (n_customers, horizon_days)
    """
    knots = np.concatenate([[0.0], grid])
    at = np.minimum(clock_days, knots[-1])
    right = np.clip(np.searchsorted(knots, at), 1, len(knots) - 1)
    share = (at - knots[right - 1]) / (knots[right] - knots[right - 1])
    padded = np.column_stack([np.zeros(len(on_grid)), on_grid])
    return padded[:, right - 1] * (1 - share) + padded[:, right] * share


def quantile_days(curves: NDArray, level: float) -> NDArray:
    """By which day a share `level` of those who order within the horizon have done so, shape (n_customers,).

    1 is the first day. Where no order is possible the last day stands.
    """
    reached = curves >= level * curves[:, -1:] - 1e-12
    return reached.argmax(axis=1) + 1


def crps_days(curves: NDArray, days: NDArray) -> NDArray:
    """Continuous ranked probability score of each curve over the horizon, in days, shape (n_customers,); 0 is best.

    The squared distance between P(ordered by t) and whether the customer had, summed over the days t. It is proper, and
    takes those who do not order within the horizon as they are (threshold-weighted: Gneiting & Ranjan 2011).

    Parameters
    ----------
    days
        The day of the next order; infinite: none within the horizon.
    """
    passed = np.arange(1, curves.shape[1] + 1)
    return np.square(curves - (days[:, None] <= passed)).sum(axis=1)
