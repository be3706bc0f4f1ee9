"""The settings of jobs with outcomes, from their files in `ml/conf`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, Field, SerializeAsAny, model_validator
from sklearn.pipeline import Pipeline

from ml.competition.thresholds import SupervisedGate
from ml.configuration import Frozen
from ml.estimators.classifiers import read_families
from ml.estimators.parameters import (
    BoostingParameters,
    Bootstrap,
    Calibration,
    Hiatus,
    Intervals,
    Limits,
    RecentCalibration,
    Search,
    StatusQuo,
    TweedieParameters,
    check_choices,
)
from ml.estimators.search import Chosen, InsideMeasure, InsideValidation, by_auc, search


class RiskBands(Frozen):
    medium_from: float = Field(gt=0, lt=1)
    high_from: float = Field(gt=0, lt=1)

    @model_validator(mode="after")
    def _in_order(self) -> RiskBands:
        if self.medium_from >= self.high_from:
            raise ValueError("medium_from must be below high_from")
        return self

    def of(self, probability: NDArray) -> NDArray:
        """Band of each probability: "low", "medium" or "high", shape (n_rows,)."""
        return np.select([probability >= self.high_from, probability >= self.medium_from], ["high", "medium"], "low")


class JobConfiguration(Frozen):
    """The settings of every job with outcomes."""

    random_seed: int
    retrain_after_days: int = Field(ge=1)
    limits: Limits
    bootstrap: Bootstrap


class SearchedConfiguration(JobConfiguration):
    """The settings of a job some of whose parameters are searched."""

    search: Search

    @property
    def stages(self) -> Mapping[str, Frozen]:
        """The defaults of each stage of the search: by default every field with parameters."""
        return {name: value for name, value in self if isinstance(value, Frozen)}

    @model_validator(mode="after")
    def _choices_are_parameters(self) -> Self:
        check_choices(self.stages, self.search.choices)
        return self

    def searched(
        self,
        stage: str,
        make: Callable[[Any], Pipeline],
        inside: InsideValidation | None,
        measure: InsideMeasure = by_auc,
    ) -> Chosen:
        """Search the parameters of one stage; see `ml.estimators.search.search`."""
        return search(stage, self.stages[stage], self.search, make, inside, seed=self.random_seed, measure=measure)


class ClassifierConfiguration(SearchedConfiguration):
    """The families of classifiers that compete for a probability, in their order, with their parameters."""

    families: Annotated[dict[str, SerializeAsAny[Frozen]], BeforeValidator(read_families)]
    risk_bands: RiskBands

    @property
    def stages(self) -> Mapping[str, Frozen]:
        return self.families


class ChurnConfiguration(ClassifierConfiguration):
    gate: SupervisedGate
    calibration: RecentCalibration
    blended_family: str
    maximum_fit_row_count: int = Field(ge=100)


class LifetimeValueConfiguration(SearchedConfiguration):
    gate: SupervisedGate
    calibration: Calibration
    maximum_fit_row_count: int = Field(ge=100)
    buying_probability: BoostingParameters
    spend_given_purchase: BoostingParameters
    tweedie_boosting: TweedieParameters
    status_quo: StatusQuo
    hiatus: Hiatus
    intervals: Intervals
    value_tiers: dict[str, float]
    largest_spender_count: int = Field(ge=0)

    @model_validator(mode="after")
    def _tiers_in_order(self) -> LifetimeValueConfiguration:
        shares = list(self.value_tiers.values())
        if not shares or shares != sorted(set(shares)) or shares[0] <= 0 or shares[-1] != 1:
            raise ValueError("value_tiers must rise to 1.0")
        return self
