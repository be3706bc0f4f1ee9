"""The estimators that assign customers to segments: the base, K-Means, and the baseline."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClusterMixin
from sklearn.cluster import KMeans

from ml.contributions.background import kept
from ml.estimators.segments.claims import is_true
from ml.estimators.segments.scaling import behaviour_scaler, capped


class SegmentModel(ClusterMixin, BaseEstimator):
    """Base of segmentations on a log scale; each segment has a center, a lasting id and a name.

    Attributes
    ----------
    centers_ : ndarray of shape (n_segments, n_columns)
        In the scaled space.
    profile_means_ : ndarray of shape (n_segments, n_columns)
        Mean of the members in the scaled space, by which segments of different models are matched.
    distance_cuts_ : ndarray of shape (n_segments,)
        `typical_share` quantile of the members' distances to the center.
    segment_ids_ : ndarray of shape (n_segments,)
        The id of each center; a matched segment keeps its id from model to model.
    segment_names_ : dict
        Id (as text) → name.
    segment_claims_ : dict
        Id (as text) → what the name claims of each member (`ml.estimators.segments.claims`); None for versions
        registered before names were held against members.
    """

    columns: tuple[str, ...]
    winsorized_share: float
    typical_share: float
    segment_ids_: NDArray
    # Defaults for methods without noise and with exact assignment.
    noise_share_ = 0.0
    assignment_agreement_ = 1.0
    segment_claims_: dict[str, dict[str, list[float | None]]] | None = None

    def _start(self, X: pd.DataFrame) -> NDArray:  # noqa: N803
        self.scaler_ = behaviour_scaler(self.winsorized_share).fit(X[list(self.columns)])
        return self.scaled(X)

    def _finish(self, centers: NDArray, members: NDArray, label: NDArray) -> None:
        self.centers_ = np.asarray(centers)
        numbers = range(len(self.centers_))
        distance = np.linalg.norm(members - self.centers_[label], axis=1)
        groups = [np.flatnonzero(label == number) for number in numbers]
        # A component without members is represented by its center.
        self.profile_means_ = np.array(
            [members[g].mean(axis=0) if len(g) else self.centers_[n] for n, g in enumerate(groups)]
        )
        self.distance_cuts_ = np.array([np.quantile(distance[g], self.typical_share) if len(g) else 0 for g in groups])
        self.segment_ids_ = np.arange(1, len(self.centers_) + 1)
        self.segment_names_ = {str(number): f"Segment {number}" for number in self.segment_ids_}

    def scaled(self, X: pd.DataFrame) -> NDArray:  # noqa: N803
        """The features on the scale of the distances, shape (n_rows, n_columns)."""
        return kept(X, "scaled", lambda: self.scaler_.transform(X[list(self.columns)]), self)

    def capped(self, X: pd.DataFrame) -> pd.DataFrame:  # noqa: N803
        """The features as the segmentation uses them, imputed and capped, in their own units; one row per row."""
        return capped(self.scaler_, X[list(self.columns)])

    def log_profiles(self) -> NDArray:
        """Mean of each segment's members on the log scale, comparable between models, shape (n_segments, n_columns)."""
        # Versions registered before profile means were kept are K-Means: their centers are the means.
        means = getattr(self, "profile_means_", self.centers_)
        return self.scaler_.named_steps["scale"].inverse_transform(means)

    def positions(self, X: pd.DataFrame) -> NDArray:  # noqa: N803
        """The index of each customer's segment, shape (n_rows,)."""
        return self._distances_of(self.scaled(X)).argmin(axis=1)

    def predict(self, X: pd.DataFrame) -> NDArray:  # noqa: N803
        """The id of each customer's segment, shape (n_rows,)."""
        return self.segment_ids_[self.positions(X)]

    def typicality(self, X: pd.DataFrame) -> tuple[NDArray, NDArray | None]:  # noqa: N803
        """Distance to the segment's center, and whether it is above `distance_cuts_`; both of shape (n_rows,).

        The second is None for versions registered before the cuts were stored.
        """
        position = self.positions(X)
        distance = np.linalg.norm(self.scaled(X) - self.centers_[position], axis=1)
        cuts = getattr(self, "distance_cuts_", None)
        return distance, None if cuts is None else distance > cuts[position]

    def names(self, segment_ids: NDArray) -> list[str]:
        """The name of each id."""
        return [self.segment_names_[str(number)] for number in segment_ids]

    def name_is_true(self, X: pd.DataFrame) -> NDArray | None:  # noqa: N803
        """Whether the name of each customer's segment is true of them, shape (n_rows,); None if not known."""
        if self.segment_claims_ is None:
            return None
        segment, true = self.predict(X), np.zeros(len(X), dtype=bool)
        for number in np.unique(segment):
            members = segment == number
            true[members] = is_true(self.segment_claims_[str(number)], X[members])
        return true

    def _distances_of(self, scaled: NDArray) -> NDArray:
        squared = (scaled**2).sum(axis=1)[:, None] - 2 * scaled @ self.centers_.T
        return np.sqrt(np.maximum(squared + (self.centers_**2).sum(axis=1), 0))


class CountedSegments(SegmentModel):
    """Base of the methods with a given number of segments.

    Parameters
    ----------
    start_count
        Random starts per fit, of which the best is kept.
    """

    def __init__(
        self,
        columns: tuple[str, ...] = (),
        segment_count: int = 4,
        *,
        start_count: int = 10,
        seed: int = 0,
        winsorized_share: float = 0.01,
        typical_share: float = 0.99,
    ) -> None:
        self.columns = columns
        self.segment_count = segment_count
        self.start_count = start_count
        self.seed = seed
        self.winsorized_share = winsorized_share
        self.typical_share = typical_share


class KMeansSegments(CountedSegments):
    """K-Means on scaled behaviour."""

    def fit(self, X: pd.DataFrame, y: object = None) -> KMeansSegments:  # noqa: N803
        scaled = self._start(X)
        means = KMeans(self.segment_count, n_init=self.start_count, random_state=self.seed).fit(scaled)
        self._finish(means.cluster_centers_, scaled, means.labels_)
        return self


class GridSegments(SegmentModel):
    """The baseline: four segments by recency and spend, split at the medians."""

    def __init__(
        self, columns: tuple[str, ...] = (), winsorized_share: float = 0.01, typical_share: float = 0.99
    ) -> None:
        self.columns = columns
        self.winsorized_share = winsorized_share
        self.typical_share = typical_share

    def fit(self, X: pd.DataFrame, y: object = None) -> GridSegments:  # noqa: N803
        scaled = self._start(X)
        self.recency_cut_ = float(X["days_since_last_order"].median())
        self.amount_cut_ = float(X["net_amount"].median())
        cells = self._cells(X)
        self.cells_ = np.unique(cells)
        centers = np.array([scaled[cells == cell].mean(axis=0) for cell in self.cells_])
        self._finish(centers, scaled, np.searchsorted(self.cells_, cells))
        return self

    def positions(self, X: pd.DataFrame) -> NDArray:  # noqa: N803
        cells = self._cells(X)
        position = np.minimum(np.searchsorted(self.cells_, cells), len(self.cells_) - 1)
        # Customers of a cell that was empty at fitting time get the nearest center.
        nearest = self._distances_of(self.scaled(X)).argmin(axis=1)
        return np.where(np.isin(cells, self.cells_), position, nearest)

    def _cells(self, X: pd.DataFrame) -> NDArray:  # noqa: N803
        is_late = X["days_since_last_order"].to_numpy() > self.recency_cut_
        is_small = X["net_amount"].to_numpy() <= self.amount_cut_
        return 2 * is_late.astype(int) + is_small.astype(int)
