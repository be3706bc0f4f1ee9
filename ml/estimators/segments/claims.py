"""What the name of a segment claims of single customers: bounds of their features."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

# By feature the lower and the upper bound, inclusively; None: unbounded.
Claim = Mapping[str, Sequence[float | None]]


def is_true(claim: Claim, X: pd.DataFrame) -> NDArray:  # noqa: N803
    """Whether each customer keeps within all bounds, shape (n_rows,); what is not known does not."""
    true = np.ones(len(X), dtype=bool)
    for feature, (lower, upper) in claim.items():
        value = X[feature].to_numpy(dtype=float)
        true &= ~np.isnan(value)
        if lower is not None:
            true &= value >= lower
        if upper is not None:
            true &= value <= upper
    return true


def both(one: Claim, other: Claim) -> dict[str, list[float | None]]:
    """The claim that both hold."""
    bounds = {feature: list(limits) for feature, limits in one.items()}
    for feature, (lower, upper) in other.items():
        own = bounds.setdefault(feature, [None, None])
        own[0] = max((limit for limit in (own[0], lower) if limit is not None), default=None)
        own[1] = min((limit for limit in (own[1], upper) if limit is not None), default=None)
    return bounds
