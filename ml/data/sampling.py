"""Seeded samples of customers."""

from __future__ import annotations

import numpy as np
import pandas as pd


def sampled(rows: pd.DataFrame, maximum_count: int, seed: int) -> pd.DataFrame:
    """At most `maximum_count` of the rows, in their order and with their index; the same rows for the same seed."""
    if len(rows) <= maximum_count:
        return rows
    chosen = np.random.default_rng(seed).choice(len(rows), maximum_count, replace=False)
    return rows.iloc[np.sort(chosen)]
