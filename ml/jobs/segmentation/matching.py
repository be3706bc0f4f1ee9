"""Persistent segment ids: clusterings number their segments differently each time, which users should not notice."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from ml.estimators.segments.model import SegmentModel


def matched_ids(new: SegmentModel, former: SegmentModel, maximum_distance: float = np.inf) -> NDArray | None:
    """Give each new segment the id of the former one that it matches (Hungarian method on profile means).

    The mean of a segment's members is K-Means' centroid; mixtures and HDBSCAN have one too, so that segments
    of different methods can be matched.

    Parameters
    ----------
    maximum_distance
        Maximum distance between matched means, in standard deviations of the new model.

    Returns
    -------
    ndarray or None
        Ids in the order of the new centers, shape (n_segments,); segments without a match get new ids. None if the
        models use different features.
    """
    if tuple(new.columns) != tuple(former.columns):
        return None
    scale = new.scaler_.named_steps["scale"]
    ours, theirs = scale.transform(new.log_profiles()), scale.transform(former.log_profiles())
    distance = np.linalg.norm(ours[:, None, :] - theirs[None, :, :], axis=2)
    rows, columns = linear_sum_assignment(distance)
    ids = np.zeros(len(ours), dtype=int)
    is_near = distance[rows, columns] <= maximum_distance
    ids[rows[is_near]] = former.segment_ids_[columns[is_near]]
    unmatched = np.flatnonzero(ids == 0)
    ids[unmatched] = former.segment_ids_.max() + 1 + np.arange(len(unmatched))
    return ids
