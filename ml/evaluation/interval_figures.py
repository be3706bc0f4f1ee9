"""How well prediction intervals keep their promise: coverage in total and by group, and their width."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# Coverage is also measured by fifths of the predicted amount, the highest first.
_FIFTHS = 5


def interval_figures(actual: NDArray, predicted: NDArray, lower: NDArray, upper: NDArray) -> dict[str, float]:
    """Coverage of all, of those who buy and of the others, and by fifths of the prediction; all of shape (n_rows,).

    Of those who buy fewer are covered than of those who do not, which is known only afterwards: an interval that is
    right for a customer who will hardly buy begins at zero and is short.
    """
    is_inside = (actual >= lower) & (actual <= upper)
    fifths = np.array_split(np.argsort(-predicted, kind="stable"), _FIFTHS)
    groups = {"buyers": np.flatnonzero(actual > 0), "others": np.flatnonzero(actual <= 0)}
    groups |= {f"fifth_{number}": part for number, part in enumerate(fifths, start=1)}
    return {
        "interval_coverage": float(is_inside.mean()),
        **{f"interval_coverage_of_{name}": float(is_inside[part].mean()) for name, part in groups.items() if len(part)},
        "interval_share_above_zero": float((lower > 0).mean()),
        "interval_mean_width": float((upper - lower).mean()),
    }
