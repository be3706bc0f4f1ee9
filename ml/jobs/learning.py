"""The data of the learned candidates of a job about customers: rows, features, treatment and search."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.frozen import FrozenEstimator

from ml.configuration import load_configuration
from ml.data.dated_rows import eligible
from ml.data.features import model_frame
from ml.data.sampling import sampled
from ml.data.snapshots import Snapshots
from ml.estimators.search import Chosen, InsideValidation, inside_validation
from ml.jobs.configuration import ChurnConfiguration, LifetimeValueConfiguration
from ml.jobs.season import Season, SeasonSettings, season_of
from ml.treatment.transformer import treatment_of


@dataclass(frozen=True)
class CustomerLearning:
    """Each part is computed once, when it is first needed.

    Attributes
    ----------
    columns
        Features of the models.
    target
        Labelled rows → their outcomes as floats, shape (n_rows,).
    found
        What was searched already, by stage: it is not searched again. New findings are added.
    """

    snapshots: Snapshots
    columns: tuple[str, ...]
    target: Callable[[pd.DataFrame], NDArray]
    horizon_days: int
    configuration: ChurnConfiguration | LifetimeValueConfiguration
    found: dict[str, Chosen] = field(default_factory=dict, kw_only=True)
    predicts_amounts: ClassVar[bool]

    def found_once(self, stage: str, search: Callable[[], Chosen]) -> Chosen:
        """The parameters of a stage, searched if they are not known yet."""
        if stage not in self.found:
            self.found[stage] = search()
        return self.found[stage]

    @cached_property
    def season(self) -> Season:
        """The season of the outcome at the date of the predictions."""
        return season_of(self.snapshots, load_configuration(SeasonSettings, "season"), of_amounts=self.predicts_amounts)

    @property
    def seed(self) -> int:
        return self.configuration.random_seed

    @property
    def known(self) -> pd.DataFrame:
        """The labelled rows that may be used for training, one per customer and date."""
        return self.snapshots.training

    @cached_property
    def rows(self) -> pd.DataFrame:
        """The training rows: eligible, sampled to the limit.

        Single rows are sampled, not customers with all theirs: rows of one customer are alike, so as many rows of more
        customers say more (docs/decisions/0037-how-many-rows-models-learn-from.md).
        """
        rows = eligible(self.known)
        return sampled(rows, self.configuration.maximum_fit_row_count, self.seed).reset_index(drop=True)

    @cached_property
    def features(self) -> pd.DataFrame:
        """The model frame of `rows`."""
        return model_frame(self.rows, self.columns)

    @cached_property
    def outcome(self) -> NDArray:
        """The outcome of each of `rows`, shape (n_rows,)."""
        return self.target(self.rows)

    @cached_property
    def treatment(self) -> FrozenEstimator:
        """Fitted once on `features` and shared by all candidates, because it does not depend on outcomes."""
        return FrozenEstimator(treatment_of("customers", self.columns).fit(self.features))

    def inside(self, outcome: NDArray, kept: NDArray | None = None) -> InsideValidation | None:
        """The split of `rows`, or of those in the mask `kept`, for a search.

        Parameters
        ----------
        outcome
            Outcome of the kept rows, shape (n_kept,).
        kept
            Shape (n_rows,); None: all rows.
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
