"""What it would have meant to act on predicted probabilities: lift by share, and cost by threshold.

Arrays have the shape (n_rows,): `actual` is 0 or 1, `predicted` the probability of 1.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.evaluation.metrics import captures_at

_TENTHS = np.arange(1, 11) / 10
_THRESHOLDS = np.arange(21) / 20
# What somebody costs who is lost because nobody contacted them, in costs of one contact.
_LOSSES = (2, 5, 10, 20)


def lift_table(actual: NDArray, predicted: NDArray) -> pd.DataFrame:
    """The tenth with the highest probabilities, the two highest tenths, and so on, one row each.

    Examples
    --------
    >>> lift_table(np.array([1, 0, 0, 0, 0] * 2), np.array([0.9, 0.4, 0.3, 0.2, 0.1] * 2)).iloc[[1, 9], [1, 2, 3, 5]]
       row_count  lowest_probability  positive_share  lift
    1          2                 0.9             1.0   5.0
    9         10                 0.1             0.2   1.0
    """
    count = np.ceil(_TENTHS * len(actual)).astype(int)
    captured = np.array(captures_at(actual, predicted, _TENTHS))
    lift = captured / _TENTHS
    return pd.DataFrame(
        {
            "share_of_rows": _TENTHS,
            "row_count": count,
            "lowest_probability": np.sort(predicted)[::-1][count - 1],
            "positive_share": lift * actual.mean(),
            "share_of_positives": captured,
            "lift": lift,
        }
    )


def cost_table(actual: NDArray, predicted: NDArray) -> pd.DataFrame:
    """The cost of contacting everybody from a threshold on, one row per threshold, in costs of one contact.

    Whoever is contacted costs one and stays; a positive row that is not contacted is lost. The columns `cost_if_lost_…`
    differ in what that costs.

    Examples
    --------
    >>> cost_table(np.array([1, 1, 0, 0]), np.array([0.9, 0.3, 0.6, 0.1])).iloc[[0, 10], [0, 1, 3, 5]]
        threshold  contacted_count  missed_count  cost_if_lost_5
    0         0.0                4             0               4
    10        0.5                2             1               7
    """
    is_contacted = predicted >= _THRESHOLDS[:, None]
    contacted, reached = is_contacted.sum(axis=1), (is_contacted & (actual == 1)).sum(axis=1)
    missed = int(actual.sum()) - reached
    table = {
        "threshold": _THRESHOLDS,
        "contacted_count": contacted,
        "reached_count": reached,
        "missed_count": missed,
    }
    return pd.DataFrame(table | {f"cost_if_lost_{loss}": contacted + loss * missed for loss in _LOSSES})
