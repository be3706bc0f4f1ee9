"""The population stability index: how far shares have moved, in Python and in SQL."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def population_stability(now: NDArray, then: NDArray) -> float:
    """Sum over bins of (share now − share then) × ln(share now / share then); 0 means nothing moved.

    Parameters
    ----------
    now, then
        Shape (n_bins,): shares above 0 that sum to 1.

    >>> round(population_stability(np.array([0.5, 0.5]), np.array([0.6, 0.4])), 4)
    0.0405
    """
    return float(((now - then) * np.log(now / then)).sum())


def population_stability_sql(now: str, then: str) -> str:
    """The same of two columns of shares, over the rows of a group."""
    return f"sum(({now} - {then}) * ln({now} / {then}))"
