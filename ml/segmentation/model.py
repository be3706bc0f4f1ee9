"""The estimators that assign customers to segments."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClusterMixin
from sklearn.cluster import KMeans
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from ml.preprocessing import SignedLog


class SegmentModel(ClusterMixin, BaseEstimator):
    """Base: centers on a log scale, each with a lasting id and a name.

    Attributes
    ----------
    centers_ : ndarray of shape (n_segments, n_columns)
        In the scaled space.
    segment_ids_ : ndarray of shape (n_segments,)
        The id of each center; kept from model to model where the segment is the same.
    segment_names_ : dict
        Id (as text) → name.
    """

    columns: tuple[str, ...]

    def _start(self, X: pd.DataFrame) -> NDArray:  # noqa: N803
        self.scaler_ = Pipeline(
            [
                ("log", SignedLog()),
                ("impute", SimpleImputer(strategy="median", keep_empty_features=True)),
                ("scale", StandardScaler()),
            ]
        ).fit(X[list(self.columns)])
        return self.scaled(X)

    def _finish(self, centers: NDArray) -> None:
        self.centers_ = centers
        self.segment_ids_ = np.arange(1, len(centers) + 1)
        self.segment_names_ = {str(number): f"Segment {number}" for number in self.segment_ids_}

    def scaled(self, X: pd.DataFrame) -> NDArray:  # noqa: N803
        """The features as distances are measured on them."""
        return self.scaler_.transform(X[list(self.columns)])

    def log_centers(self) -> NDArray:
        """Centers on the log scale, comparable between models."""
        return self.scaler_.named_steps["scale"].inverse_transform(self.centers_)

    def positions(self, X: pd.DataFrame) -> NDArray:  # noqa: N803
        """The index of each customer's center."""
        return self._distances(X).argmin(axis=1)

    def predict(self, X: pd.DataFrame) -> NDArray:  # noqa: N803
        """The id of each customer's segment."""
        return self.segment_ids_[self.positions(X)]

    def distance_to_center(self, X: pd.DataFrame) -> NDArray:  # noqa: N803
        """Distance to the own segment's center in the scaled space."""
        position = self.positions(X)
        return self._distances(X)[np.arange(len(position)), position]

    def names(self, segment_ids: NDArray) -> list[str]:
        """Names of ids."""
        return [self.segment_names_[str(number)] for number in segment_ids]

    def _distances(self, X: pd.DataFrame) -> NDArray:  # noqa: N803
        scaled = self.scaled(X)
        squared = (scaled**2).sum(axis=1)[:, None] - 2 * scaled @ self.centers_.T
        return np.sqrt(np.maximum(squared + (self.centers_**2).sum(axis=1), 0))


class KMeansSegments(SegmentModel):
    """K-Means on log-scaled, standardised behaviour."""

    def __init__(
        self, columns: tuple[str, ...] = (), segment_count: int = 4, start_count: int = 10, seed: int = 0
    ) -> None:
        self.columns = columns
        self.segment_count = segment_count
        self.start_count = start_count
        self.seed = seed

    def fit(self, X: pd.DataFrame, y: object = None) -> KMeansSegments:  # noqa: N803
        scaled = self._start(X)
        means = KMeans(self.segment_count, n_init=self.start_count, random_state=self.seed).fit(scaled)
        self._finish(means.cluster_centers_)
        return self


class GridSegments(SegmentModel):
    """The rule to beat: recent or not × much spent or not, split at the medians."""

    def __init__(self, columns: tuple[str, ...] = ()) -> None:
        self.columns = columns

    def fit(self, X: pd.DataFrame, y: object = None) -> GridSegments:  # noqa: N803
        scaled = self._start(X)
        self.recency_cut_ = float(X["days_since_last_order"].median())
        self.amount_cut_ = float(X["net_amount"].median())
        cells = self._cells(X)
        self.cells_ = np.unique(cells)
        self._finish(np.array([scaled[cells == cell].mean(axis=0) for cell in self.cells_]))
        return self

    def positions(self, X: pd.DataFrame) -> NDArray:  # noqa: N803
        position = np.searchsorted(self.cells_, self._cells(X))
        # A cell that was empty at fitting time: go to the nearest center instead.
        is_known = np.isin(self._cells(X), self.cells_)
        return np.where(is_known, np.minimum(position, len(self.cells_) - 1), self._distances(X).argmin(axis=1))

    def _cells(self, X: pd.DataFrame) -> NDArray:  # noqa: N803
        is_late = X["days_since_last_order"].to_numpy() > self.recency_cut_
        is_small = X["net_amount"].to_numpy() <= self.amount_cut_
        return 2 * is_late.astype(int) + is_small.astype(int)
