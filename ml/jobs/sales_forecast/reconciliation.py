"""Forecasts of which the parts add up to the total.

The base forecasts are moved as little as possible until they add up: the projection of MinT with variances on the
diagonal (Wickramasuriya, Athanasopoulos & Hyndman 2019, J. Am. Stat. Assoc. 114), written for constraints:
`y − W C' (C W C')⁻¹ C y` with one row of C by level, total minus its parts. Countries and categories are two ways to
divide the same total, so both hold at once.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ml.jobs.sales_forecast.panel import Panel


def naive_scale(values: NDArray) -> NDArray:
    """Mean absolute change between periods, the unit of MASE (Hyndman & Koehler 2006): shape (n_series,)."""
    return np.abs(np.diff(values, axis=0)).mean(axis=0)


def reconciled(forecasts: NDArray, panel: Panel) -> NDArray:
    """Forecasts of shape (horizon, n_series), none below zero, of which the parts of each additive level add up.

    The variance of a series is taken from its changes from period to period.
    """
    levels = panel.additive_levels
    if not levels:
        return np.maximum(forecasts, 0.0)
    constraints = np.zeros((len(levels), forecasts.shape[1]))
    constraints[:, 0] = 1.0
    for row, columns in enumerate(levels):
        constraints[row, columns] = -1.0
    variance = np.maximum(naive_scale(panel.values), 1e-9) ** 2
    spread = variance[:, None] * constraints.T
    moved = forecasts - (spread @ np.linalg.solve(constraints @ spread, constraints @ forecasts.T)).T
    return _not_negative(moved, levels)


def _not_negative(forecasts: NDArray, levels: tuple[NDArray, ...]) -> NDArray:
    """Parts below zero become zero, at the cost of the others of their level."""
    found = np.maximum(forecasts, 0.0)
    for columns in levels:
        parts = found[:, columns]
        total = parts.sum(axis=1, keepdims=True)
        share = np.divide(parts, total, out=np.full_like(parts, 1 / len(columns)), where=total > 0)
        found[:, columns] = share * found[:, :1]
    return found


def in_hundredths(forecasts: NDArray, levels: tuple[NDArray, ...]) -> NDArray:
    """Round to two decimals so that parts still add up: what is left over goes to those that were cut most.

    Parameters
    ----------
    forecasts
        Shape (horizon, n_series), none below zero; the first column is the total.
    levels
        As `Panel.additive_levels`.
    """
    whole = np.rint(forecasts * 100)
    for columns in levels:
        exact = forecasts[:, columns] * 100
        cut = np.floor(exact)
        left = (whole[:, 0] - cut.sum(axis=1)).astype(int)
        order = np.argsort(-(exact - cut), axis=1, kind="stable")
        rank = np.argsort(order, axis=1, kind="stable")
        whole[:, columns] = cut + (rank < left[:, None])
    return whole / 100
