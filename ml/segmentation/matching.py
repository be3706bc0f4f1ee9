"""Lasting segment ids: K-Means numbers its clusters anew each time, people should not notice."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from ml.segmentation.model import SegmentModel


def matched_ids(new: SegmentModel, former: SegmentModel) -> NDArray | None:
    """Give each new center the id of the former one it corresponds to (Hungarian on centroids).

    Returns
    -------
    ndarray or None
        Ids in the order of the new centers; centers without a counterpart get ids never used before.
        None when the models use different features and cannot be compared.
    """
    if tuple(new.columns) != tuple(former.columns):
        return None
    scale = new.scaler_.named_steps["scale"]
    theirs = scale.transform(former.log_centers())
    distance = np.linalg.norm(new.centers_[:, None, :] - theirs[None, :, :], axis=2)
    rows, columns = linear_sum_assignment(distance)
    ids = np.zeros(len(new.centers_), dtype=int)
    ids[rows] = former.segment_ids_[columns]
    unmatched = np.flatnonzero(ids == 0)
    ids[unmatched] = former.segment_ids_.max() + 1 + np.arange(len(unmatched))
    return ids
