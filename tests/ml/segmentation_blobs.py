"""Four kinds of customers that any method must find."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ml.jobs.segmentation.configuration import PROFILE_COLUMNS

BLOB_CENTERS = np.array([[10, 20, 5000, 700], [300, 1, 50, 320], [15, 2, 80, 30], [90, 6, 600, 600]])
MEMBERS_PER_BLOB = 100


def blobs(seed: int) -> pd.DataFrame:
    """100 customers of each kind in random order; which kind stands in `blob_numbers`."""
    random = np.random.default_rng(seed)
    rows = np.concatenate([center * random.lognormal(0, 0.15, (MEMBERS_PER_BLOB, 4)) for center in BLOB_CENTERS])
    return pd.DataFrame(rows[random.permutation(len(rows))], columns=PROFILE_COLUMNS)


def blob_numbers(rows: pd.DataFrame) -> np.ndarray:
    """The kind of each customer: the center nearest on the log scale."""
    distance = np.log(rows.to_numpy())[:, None, :] - np.log(BLOB_CENTERS)[None, :, :]
    return np.linalg.norm(distance, axis=2).argmin(axis=1)
