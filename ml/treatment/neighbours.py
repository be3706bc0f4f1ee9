"""Nearest-neighbour imputation of a number: the mean over the nearest rows in which it is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.neighbors import NearestNeighbors

from ml.data.preprocessing import SignedLog


class NeighbourMean(BaseEstimator):
    """Mean of a column over the nearest training rows that have it.

    Distances are measured on logarithms of the features `near_by`, standardised; a missing feature counts as the mean.
    Neighbours are searched in a bounded sample of the training rows, chosen by a hash of their content, so that the
    order of rows does not matter.

    Parameters
    ----------
    near_by
        Features on which distances are measured.
    neighbour_count
        Neighbours that are averaged; all where there are fewer.
    reference_row_count
        Maximum number of rows in the sample.

    Attributes
    ----------
    reference_ : ndarray of shape (n_reference, n_near_by)
        Scaled features of the sample.
    known_ : ndarray of shape (n_reference,)
        Their values of the column.
    """

    def __init__(
        self, near_by: tuple[str, ...] = (), neighbour_count: int = 5, reference_row_count: int = 2000
    ) -> None:
        self.near_by = near_by
        self.neighbour_count = neighbour_count
        self.reference_row_count = reference_row_count

    def fit(self, X: pd.DataFrame, y: pd.Series) -> NeighbourMean:  # noqa: N803
        """Fit on rows in which the column `y` is known; `X` has the features `near_by`."""
        logs = self._logs(X)
        with np.errstate(invalid="ignore"):
            known_count = np.maximum((~np.isnan(logs)).sum(axis=0), 1)
            self.mean_ = np.nansum(np.sort(logs, axis=0), axis=0) / known_count
            spread = np.sqrt(np.nansum(np.sort((logs - self.mean_) ** 2, axis=0), axis=0) / known_count)
        self.scale_ = np.where(spread > 0, spread, 1.0)
        kept = self._sample(X.assign(value_=y.to_numpy()))
        self.reference_ = self._scaled(X.iloc[kept])
        self.known_ = y.to_numpy(dtype=float)[kept]
        return self

    def predict(self, X: pd.DataFrame) -> NDArray:  # noqa: N803
        """The mean of each row's neighbours, shape (n,)."""
        count = min(self.neighbour_count, len(self.known_))
        tree = NearestNeighbors(n_neighbors=count, algorithm="kd_tree").fit(self.reference_)
        nearest = tree.kneighbors(self._scaled(X), return_distance=False)
        return self.known_[nearest].mean(axis=1)

    def _sample(self, rows: pd.DataFrame) -> NDArray:
        """Positions of the rows with the smallest hashes of their content."""
        by_content = pd.util.hash_pandas_object(rows, index=False).to_numpy()
        return np.argsort(by_content, kind="stable")[: self.reference_row_count]

    def _logs(self, X: pd.DataFrame) -> NDArray:  # noqa: N803
        return SignedLog().fit_transform(X[list(self.near_by)])

    def _scaled(self, X: pd.DataFrame) -> NDArray:  # noqa: N803
        return np.nan_to_num((self._logs(X) - self.mean_) / self.scale_)
