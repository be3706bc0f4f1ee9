"""How many segments: evidence for each number, and the rule that chooses.

The rule. Two segments always have the best silhouette on such data and only say "good" and "bad", so they
are measured but cannot serve. Of the other numbers, those can serve that are stable (mean adjusted Rand
index over bootstrap resamples) and have no tiny segment. Among these, the largest number whose silhouette
is nearly the best of them is chosen: the finest picture that the data support. If none is stable, the most
stable one is offered and the gate refuses it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.metrics import adjusted_rand_score, davies_bouldin_score, silhouette_score

from ml.configuration import SegmentationConfiguration
from ml.segmentation.model import SegmentModel

_STARTS_PER_RESAMPLE = 3


@dataclass(frozen=True)
class Choice:
    """The number of segments chosen and why."""

    segment_count: int
    is_sound: bool
    reason: str


def segment_metrics(
    model: SegmentModel, features: pd.DataFrame, configuration: SegmentationConfiguration
) -> dict[str, float]:
    """Figures of one partition; the same names for every candidate."""
    scaled, label = model.scaled(features), model.positions(features)
    share = np.bincount(label, minlength=len(model.centers_)) / len(label)
    sample = _sample(len(label), configuration)
    is_divided = len(np.unique(label[sample])) > 1
    return {
        "silhouette": float(silhouette_score(scaled[sample], label[sample])) if is_divided else float("nan"),
        "davies_bouldin": float(davies_bouldin_score(scaled, label)) if is_divided else float("nan"),
        "explained_share": _explained_share(scaled, label),
        "segment_count": float(len(model.centers_)),
        "smallest_share": float(share.min()),
        "largest_share": float(share.max()),
    }


def stability_ari(model: SegmentModel, features: pd.DataFrame, configuration: SegmentationConfiguration) -> float:
    """Mean adjusted Rand index between the partition and those learned on bootstrap resamples."""
    label = model.positions(features)
    random = np.random.default_rng(configuration.random_seed)
    size = min(len(features), configuration.silhouette_sample_count)
    again = clone(model)
    if "start_count" in again.get_params():
        again.set_params(start_count=_STARTS_PER_RESAMPLE)
    agreements = []
    for _ in range(configuration.stability.repetition_count):
        drawn = features.iloc[random.integers(0, len(features), size)]
        agreements.append(adjusted_rand_score(label, again.fit(drawn).positions(features)))
    return float(np.mean(agreements))


def choose_segment_count(evidence: pd.DataFrame, configuration: SegmentationConfiguration) -> Choice:
    """Apply the rule to evidence by number of segments (silhouette, stability_ari, smallest_share)."""
    offered = evidence[evidence.index >= configuration.serving_from]
    stable = offered["stability_ari"] >= configuration.stability.minimum_ari
    sound = offered[stable & (offered["smallest_share"] >= configuration.minimum_segment_share)]
    if sound.empty:
        best = int(offered["stability_ari"].idxmax())
        return Choice(best, False, "no number of segments is stable and without tiny segments")
    near_best = sound[sound["silhouette"] >= configuration.silhouette_tolerance * sound["silhouette"].max()]
    chosen = int(near_best.index.max())
    row = near_best.loc[chosen]
    return Choice(
        chosen,
        True,
        f"{chosen} is the largest number that is stable (ARI {row['stability_ari']:.2f}), has no tiny segment "
        f"(smallest {row['smallest_share']:.1%}) and a silhouette ({row['silhouette']:.3f}) near the best "
        f"of these ({sound['silhouette'].max():.3f})",
    )


def _explained_share(scaled: NDArray, label: NDArray) -> float:
    """Share of the customers' variance that lies between the segments."""
    total = ((scaled - scaled.mean(axis=0)) ** 2).sum()
    within = sum(((part - part.mean(axis=0)) ** 2).sum() for part in (scaled[label == n] for n in np.unique(label)))
    return float(1 - within / total) if total > 0 else float("nan")


def _sample(count: int, configuration: SegmentationConfiguration) -> NDArray:
    if count <= configuration.silhouette_sample_count:
        return np.arange(count)
    random = np.random.default_rng(configuration.random_seed)
    return np.sort(random.choice(count, configuration.silhouette_sample_count, replace=False))
