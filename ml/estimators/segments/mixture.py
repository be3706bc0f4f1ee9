"""Segments as components of a mixture of normal distributions, which may have different widths."""

from __future__ import annotations

from typing import Literal

import pandas as pd
from numpy.typing import NDArray
from sklearn.mixture import GaussianMixture

from ml.estimators.segments.model import CountedSegments


class MixtureSegments(CountedSegments):
    """Gaussian mixture on scaled behaviour; a customer belongs to the most probable component.

    Attributes
    ----------
    mixture_ : GaussianMixture
    """

    def __init__(
        self,
        columns: tuple[str, ...] = (),
        segment_count: int = 4,
        *,
        covariance: Literal["full", "tied", "diag", "spherical"] = "diag",
        added_variance: float = 0.1,
        start_count: int = 2,
        seed: int = 0,
        winsorized_share: float = 0.01,
        typical_share: float = 0.99,
    ) -> None:
        super().__init__(
            columns,
            segment_count,
            start_count=start_count,
            seed=seed,
            winsorized_share=winsorized_share,
            typical_share=typical_share,
        )
        self.covariance = covariance
        self.added_variance = added_variance

    def fit(self, X: pd.DataFrame, y: object = None) -> MixtureSegments:  # noqa: N803
        scaled = self._start(X)
        self.mixture_ = GaussianMixture(
            self.segment_count,
            covariance_type=self.covariance,
            reg_covar=self.added_variance,
            n_init=self.start_count,
            init_params="k-means++",
            random_state=self.seed,
        ).fit(scaled)
        self._finish(self.mixture_.means_, scaled, self.mixture_.predict(scaled))
        return self

    def positions(self, X: pd.DataFrame) -> NDArray:  # noqa: N803
        """The index of each customer's most probable component, shape (n_rows,)."""
        return self.mixture_.predict(self.scaled(X))
