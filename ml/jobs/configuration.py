"""What each job with outcomes sets, from its file in `ml/conf`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from ml.configuration import Frozen
from ml.estimators.parameters import (
    BoostingParameters,
    Bootstrap,
    Calibration,
    CalibrationWindow,
    DecisionTreeParameters,
    Hiatus,
    Intervals,
    Limits,
    LinearParameters,
    NeuralNetworkParameters,
    RandomForestParameters,
    Search,
    StatusQuo,
    TweedieParameters,
    check_choices,
)


class RiskBands(Frozen):
    medium_from: float = Field(gt=0, lt=1)
    high_from: float = Field(gt=0, lt=1)

    @model_validator(mode="after")
    def _in_order(self) -> RiskBands:
        if self.medium_from >= self.high_from:
            raise ValueError("medium_from must be below high_from")
        return self

    def of(self, probability: NDArray) -> NDArray:
        """Band of each probability: "low", "medium" or "high"."""
        return np.select([probability >= self.high_from, probability >= self.medium_from], ["high", "medium"], "low")


class JobConfiguration(Frozen):
    """What every job with outcomes sets."""

    random_seed: int
    retrain_after_days: int = Field(ge=1)
    limits: Limits
    bootstrap: Bootstrap


class ClassifierConfiguration(JobConfiguration):
    """The families of classifiers that compete for a probability, and the search among their parameters."""

    search: Search
    logistic_regression: LinearParameters
    decision_tree: DecisionTreeParameters
    random_forest: RandomForestParameters
    linear_svm: LinearParameters
    neural_network: NeuralNetworkParameters
    gradient_boosting: BoostingParameters
    risk_bands: RiskBands

    @model_validator(mode="after")
    def _choices_are_parameters(self) -> ClassifierConfiguration:
        check_choices(self, self.search.choices)
        return self


class ChurnConfiguration(ClassifierConfiguration):
    calibration: Calibration
    calibration_window: CalibrationWindow
    maximum_fit_row_count: int = Field(ge=100)


class LifetimeValueConfiguration(JobConfiguration):
    calibration: Calibration
    maximum_fit_row_count: int = Field(ge=100)
    search: Search
    buying_probability: BoostingParameters
    spend_given_purchase: BoostingParameters
    tweedie_boosting: TweedieParameters
    status_quo: StatusQuo
    hiatus: Hiatus
    intervals: Intervals
    value_tiers: dict[str, float]
    largest_spender_count: int = Field(ge=0)

    @model_validator(mode="after")
    def _choices_are_parameters(self) -> LifetimeValueConfiguration:
        check_choices(self, self.search.choices)
        return self

    @model_validator(mode="after")
    def _tiers_in_order(self) -> LifetimeValueConfiguration:
        shares = list(self.value_tiers.values())
        if not shares or shares != sorted(set(shares)) or shares[0] <= 0 or shares[-1] != 1:
            raise ValueError("value_tiers must rise to 1.0")
        return self
