"""The metrics of segmentations: separation, stability, and the sizes of segments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.metrics import adjusted_rand_score, davies_bouldin_score, pairwise_distances

from ml.competition.results import CandidateFailed
from ml.data.sampling import sampled
from ml.estimators.segments.model import SegmentModel
from ml.jobs.segmentation.configuration import SegmentationConfiguration

_STARTS_PER_RESAMPLE = 3


@dataclass(frozen=True)
class Space:
    """Where all candidates are evaluated: the scaled features, and how far apart the customers of a sample are.

    Attributes
    ----------
    scaled : ndarray of shape (n_customers, n_columns)
    sample : ndarray of shape (n_sampled,)
        Positions of the customers whose distances are measured.
    """

    scaled: NDArray
    sample: NDArray

    @classmethod
    def of(cls, scaled: NDArray, configuration: SegmentationConfiguration) -> Space:
        """With a sample of the configured size."""
        everyone = pd.DataFrame(index=range(len(scaled)))
        return cls(scaled, sampled(everyone, configuration.silhouette_sample_count, 0).index.to_numpy())

    @cached_property
    def distances(self) -> NDArray:
        """Between all of the sample, shape (n_sampled, n_sampled); computed once for all candidates."""
        return pairwise_distances(self.scaled[self.sample])

    def silhouette(self, label: NDArray) -> float:
        """Mean silhouette of the sample (Rousseeuw 1987); NaN with one segment.

        That of a customer is (b − a) / max(a, b): a is the mean distance to the others of the own segment, b that to
        the members of the next one; 0 for a customer who is alone.

        Parameters
        ----------
        label
            Segment of each customer, shape (n_customers,).
        """
        _, own, count = np.unique(label[self.sample], return_inverse=True, return_counts=True)
        if len(count) == 1:
            return float("nan")
        rows, is_member = np.arange(len(own)), np.eye(len(count))[own]
        total = self.distances @ is_member
        within = total[rows, own] / np.maximum(count[own] - 1, 1)
        mean = total / count
        mean[rows, own] = np.inf
        between = mean.min(axis=1)
        largest = np.maximum(within, between)
        value = np.divide(between - within, largest, out=np.zeros(len(own)), where=(count[own] > 1) & (largest > 0))
        return float(value.mean())


def partition_figures(model: SegmentModel, features: pd.DataFrame, space: Space) -> dict[str, float]:
    """Metrics of one partition, with the same names for every method; `space` is the same for all candidates."""
    label = model.positions(features)
    share = np.bincount(label, minlength=len(model.centers_)) / len(label)
    silhouette = space.silhouette(label)
    return {
        "silhouette": silhouette,
        "davies_bouldin": float("nan") if np.isnan(silhouette) else float(davies_bouldin_score(space.scaled, label)),
        "explained_share": _explained_share(space.scaled, label),
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
