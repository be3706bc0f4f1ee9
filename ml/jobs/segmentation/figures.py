"""The metrics of segmentations: separation, stability, and the sizes of segments."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.metrics import adjusted_rand_score, davies_bouldin_score, silhouette_score

from ml.competition.results import CandidateFailed
from ml.data.sampling import sampled
from ml.estimators.segments.model import SegmentModel
from ml.jobs.segmentation.configuration import SegmentationConfiguration

_STARTS_PER_RESAMPLE = 3


def partition_figures(
    model: SegmentModel, features: pd.DataFrame, scaled: NDArray, configuration: SegmentationConfiguration
) -> dict[str, float]:
    """Metrics of one partition, with the same names for every method.

    Parameters
    ----------
    scaled : ndarray of shape (n_customers, n_columns)
        The scaled features on which distances are measured, the same for all candidates.
    """
    label = model.positions(features)
    share = np.bincount(label, minlength=len(model.centers_)) / len(label)
    rows = sampled(pd.DataFrame(index=range(len(label))), configuration.silhouette_sample_count, 0).index.to_numpy()
    is_divided = len(np.unique(label[rows])) > 1
    return {
        "silhouette": float(silhouette_score(scaled[rows], label[rows])) if is_divided else float("nan"),
        "davies_bouldin": float(davies_bouldin_score(scaled, label)) if is_divided else float("nan"),
        "explained_share": _explained_share(scaled, label),
        "segment_count": float(len(model.centers_)),
        "smallest_share": float(share.min()),
        "largest_share": float(share.max()),
        "noise_share": float(model.noise_share_),
        "assignment_agreement_share": float(model.assignment_agreement_),
    }


def bootstrap_ari(
    model: SegmentModel, features: pd.DataFrame, configuration: SegmentationConfiguration
) -> dict[str, float]:
    """Agreement between the partition and those fitted on bootstrap resamples of the rows of `features`.

    Returns
    -------
    dict
        `stability_ari`: mean adjusted Rand index over the resamples; `stability_ari_error`: its standard error.
    """
    label = model.positions(features)
    random = np.random.default_rng(configuration.random_seed)
    size = min(len(features), configuration.stability.resample_count)
    agreements = []
    for _ in range(configuration.stability.repetition_count):
        again = _refitted(model, features.iloc[random.integers(0, len(features), size)])
        # A resample without segments counts as no agreement.
        agreements.append(0.0 if again is None else adjusted_rand_score(label, again.positions(features)))
    error = np.std(agreements, ddof=1) / np.sqrt(len(agreements))
    return {"stability_ari": float(np.mean(agreements)), "stability_ari_error": float(error)}


def monthly_ari(
    model: SegmentModel, months: Sequence[pd.DataFrame], configuration: SegmentationConfiguration
) -> dict[str, float]:
    """Agreement between the segmentations of consecutive months, each fitted on its own month.

    Parameters
    ----------
    months
        Features of the eligible customers of each snapshot, indexed by customer; oldest first.

    Returns
    -------
    dict
        `monthly_model_ari`: both months' models applied to the later month's customers, so that only the model
        differs. `monthly_membership_ari`: each customer's segments in both months, so that customers who really moved
        count too. NaN with fewer than two months.
    """
    size, seed = configuration.stability.resample_count, configuration.random_seed
    models = [_refitted(model, sampled(month, size, seed)) for month in months]
    of_models, of_members = [], []
    for (former, then), (latter, now) in pairwise(zip(models, months, strict=True)):
        if former is None or latter is None:
            of_models.append(0.0)
            of_members.append(0.0)
            continue
        present = latter.positions(now)
        of_models.append(adjusted_rand_score(former.positions(now), present))
        both = then.index.intersection(now.index)
        past = pd.Series(former.positions(then), then.index).loc[both]
        of_members.append(adjusted_rand_score(past, pd.Series(present, now.index).loc[both]))
    return {
        "monthly_model_ari": float(np.mean(of_models)) if of_models else float("nan"),
        "monthly_membership_ari": float(np.mean(of_members)) if of_members else float("nan"),
    }


def _refitted(model: SegmentModel, rows: pd.DataFrame) -> SegmentModel | None:
    again = clone(model)
    if "start_count" in again.get_params():
        again.set_params(start_count=min(_STARTS_PER_RESAMPLE, again.get_params()["start_count"]))
    try:
        return again.fit(rows)
    except (CandidateFailed, ValueError):
        return None


def _explained_share(scaled: NDArray, label: NDArray) -> float:
    """Share of the customers' variance that lies between the segments."""
    total = ((scaled - scaled.mean(axis=0)) ** 2).sum()
    within = sum(((part - part.mean(axis=0)) ** 2).sum() for part in (scaled[label == n] for n in np.unique(label)))
    return float(1 - within / total) if total > 0 else float("nan")
