"""Density-based segments (HDBSCAN; Campello, Moulavi & Sander 2013), with an approximate assignment of all customers.

HDBSCAN assigns no new customers and leaves some out as noise. Here each cluster is represented by its medoid, the
member nearest to the cluster's mean, and every customer is assigned to the nearest medoid; customers farther from it
than nearly all true members are marked as untypical. This is inexact for clusters that are not round: the share of
members whose assignment agrees with HDBSCAN is measured (`assignment_agreement_`), as is the noise (`noise_share_`).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.cluster import HDBSCAN  # pyrefly: ignore[missing-module-attribute] (newer than its stubs)

from ml.competition.results import CandidateFailed
from ml.data.sampling import sampled
from ml.estimators.segments.model import SegmentModel

# A partition needs two clusters.
_FEWEST_CLUSTERS = 2
_SMALLEST_CLUSTER = 5


class DensitySegments(SegmentModel):
    """HDBSCAN on scaled behaviour; every customer is assigned to the nearest medoid.

    Attributes
    ----------
    noise_share_ : float
        Share of the fitted customers that HDBSCAN left out as noise.
    assignment_agreement_ : float
        Share of members whose nearest medoid is that of HDBSCAN's own cluster.
    """

    def __init__(
        self,
        columns: tuple[str, ...] = (),
        minimum_cluster_share: float = 0.05,
        *,
        selection: str = "eom",
        neighbour_count: int = 5,
        maximum_fit_count: int = 10_000,
        seed: int = 0,
        winsorized_share: float = 0.01,
        typical_share: float = 0.99,
    ) -> None:
        self.columns = columns
        self.minimum_cluster_share = minimum_cluster_share
        self.selection = selection
        self.neighbour_count = neighbour_count
        self.maximum_fit_count = maximum_fit_count
        self.seed = seed
        self.winsorized_share = winsorized_share
        self.typical_share = typical_share

    def fit(self, X: pd.DataFrame, y: object = None) -> DensitySegments:  # noqa: N803
        """Fit on one row per customer; raise CandidateFailed if fewer than two clusters are found."""
        drawn = sampled(X, self.maximum_fit_count, self.seed)
        scaled = self._start(drawn)
        label = HDBSCAN(
            min_cluster_size=max(_SMALLEST_CLUSTER, round(self.minimum_cluster_share * len(scaled))),
            min_samples=self.neighbour_count,
            cluster_selection_method=self.selection,
            copy=True,
        ).fit_predict(scaled)
        count = int(label.max()) + 1
        if count < _FEWEST_CLUSTERS:
            raise CandidateFailed(f"HDBSCAN finds {count} clusters; at least {_FEWEST_CLUSTERS} are needed")
        is_member = label >= 0
        self.noise_share_ = float(1 - is_member.mean())
        medoids = np.array([_medoid(scaled[label == number]) for number in range(count)])
        self._finish(medoids, scaled[is_member], label[is_member])
        placed = self._distances_of(scaled[is_member]).argmin(axis=1)
        self.assignment_agreement_ = float((placed == label[is_member]).mean())
        return self


def _medoid(members: NDArray) -> NDArray:
    return members[np.linalg.norm(members - members.mean(axis=0), axis=1).argmin()]
