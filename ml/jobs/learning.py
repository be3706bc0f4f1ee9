"""What the learned candidates of a job about customers share: the rows, their features, treatment and search."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.frozen import FrozenEstimator

from ml.data.features import model_frame
from ml.data.snapshots import Snapshots, eligible
from ml.estimators.search import InsideValidation, inside_validation, subsampled
from ml.jobs.configuration import ChurnConfiguration, LifetimeValueConfiguration
from ml.treatment.transformer import treatment_of


@dataclass(frozen=True)
class CustomerLearning:
    """Computed once, when the first candidate asks for it.

    Attributes
    ----------
    columns
        Features of the models.
    target
        Outcome of labelled rows, as floats.
    """

    snapshots: Snapshots
    columns: tuple[str, ...]
    target: Callable[[pd.DataFrame], NDArray]
    horizon_days: int
    configuration: ChurnConfiguration | LifetimeValueConfiguration

    @property
    def seed(self) -> int:
        return self.configuration.random_seed

    @property
    def known(self) -> pd.DataFrame:
        """The snapshots that may be learned from."""
        return self.snapshots.training

    @cached_property
    def rows(self) -> pd.DataFrame:
        """The eligible rows that are learned from, no more than the limit, whole customers."""
        rows = eligible(self.known)
        kept = subsampled(rows["customer_id"], self.configuration.maximum_fit_row_count, self.seed)
        return rows.iloc[kept].reset_index(drop=True)

    @cached_property
    def features(self) -> pd.DataFrame:
        return model_frame(self.rows, self.columns)

    @cached_property
    def outcome(self) -> NDArray:
        return self.target(self.rows)

    @cached_property
    def treatment(self) -> FrozenEstimator:
        """Fitted once, on the rows learned from, and shared by all: what it learns has nothing to do with outcomes."""
        return FrozenEstimator(treatment_of("customers", self.columns).fit(self.features))

    def inside(self, outcome: NDArray, kept: NDArray | None = None) -> InsideValidation | None:
        """The split for a search, among the rows learned from or those of them that are kept.

        Parameters
        ----------
        outcome
            Of those rows.
        kept
            A mask over the rows learned from.
        """
        kept = np.ones(len(self.rows), dtype=bool) if kept is None else kept
        return inside_validation(
            self.features[kept].reset_index(drop=True),
            outcome,
            self.rows[kept].reset_index(drop=True),
            horizon_days=self.horizon_days,
            maximum_row_count=self.configuration.search.maximum_row_count,
            seed=self.seed,
        )
