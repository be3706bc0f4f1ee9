"""Hyper-parameters and gate thresholds, read from `ml/conf/*.yml` into frozen, checked objects."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal, TypeVar

import numpy as np
import yaml
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

from warehouse.errors import SettingsError

CONFIGURATION_FOLDER = Path(__file__).resolve().parent / "conf"


class Frozen(BaseModel):
    """A configuration block: no unknown names, no change after reading."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Limits(Frozen):
    minimum_customer_count: int = Field(ge=2)
    minimum_class_count: int = Field(ge=1)
    maximum_training_row_count: int = Field(ge=100)


class Bootstrap(Frozen):
    repetition_count: int = Field(ge=20)
    confidence: float = Field(gt=0.5, lt=1)


class Calibration(Frozen):
    fold_count: int = Field(ge=2)
    method: Literal["sigmoid", "isotonic"]


class LinearParameters(Frozen):
    """Of logistic regression and of the linear support vector machine."""

    inverse_penalty: float = Field(gt=0)
    maximum_iteration_count: int = Field(ge=10)


class BoostingParameters(Frozen):
    learning_rate: float = Field(gt=0, le=1)
    tree_count: int = Field(ge=1)
    leaf_count: int = Field(ge=2)
    minimum_leaf_rows: int = Field(ge=1)
    l2_penalty: float = Field(ge=0)


class DecisionTreeParameters(Frozen):
    depth: int = Field(ge=1)
    minimum_leaf_rows: int = Field(ge=1)


class RandomForestParameters(DecisionTreeParameters):
    tree_count: int = Field(ge=1)
    feature_share: float = Field(gt=0, le=1)
    row_share: float = Field(gt=0, le=1)


class NeuralNetworkParameters(Frozen):
    hidden_unit_count: int = Field(ge=1)
    penalty: float = Field(ge=0)
    learning_rate: float = Field(gt=0)
    epoch_count: int = Field(ge=1)
    batch_row_count: int = Field(ge=1)


class CalibrationWindow(Frozen):
    recent_snapshot_count: int = Field(ge=1)
    season_tolerance_days: int = Field(ge=0, le=182)
    fold_count: int = Field(ge=2)


class Search(Frozen):
    trial_count: int = Field(ge=0)
    maximum_row_count: int = Field(ge=100)
    minimum_gain: float = Field(default=0, ge=0)
    choices: dict[str, dict[str, tuple[int | float, ...]]]


def _check_choices(configuration: Frozen, choices: dict[str, dict[str, tuple[int | float, ...]]]) -> None:
    for family, values in choices.items():
        defaults = getattr(configuration, family, None)
        unknown = set(values) - set(type(defaults).model_fields) if isinstance(defaults, Frozen) else {family}
        if unknown:
            raise ValueError(f"search.choices: nothing like {', '.join(sorted(unknown))} can be chosen")


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
        _check_choices(self, self.search.choices)
        return self


class ChurnConfiguration(ClassifierConfiguration):
    calibration: Calibration
    calibration_window: CalibrationWindow
    maximum_fit_row_count: int = Field(ge=100)


class StatusQuo(Frozen):
    minimum_tenure_days: int = Field(ge=1)


class Intervals(Frozen):
    coverage: float = Field(gt=0, lt=1)
    group_count: int = Field(ge=1)


class Hiatus(Frozen):
    cutoff_days_without_outcomes: int = Field(ge=1)


class TweedieParameters(BoostingParameters):
    cap_quantile: float = Field(gt=0, le=1)


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
        _check_choices(self, self.search.choices)
        return self

    @model_validator(mode="after")
    def _tiers_in_order(self) -> LifetimeValueConfiguration:
        shares = list(self.value_tiers.values())
        if not shares or shares != sorted(set(shares)) or shares[0] <= 0 or shares[-1] != 1:
            raise ValueError("value_tiers must rise to 1.0")
        return self


class SupervisedGate(Frozen):
    minimum_gain_over_baseline: float
    maximum_brier_excess: float | None = None
    maximum_calibration_error: float | None = None
    minimum_level_ratio: float = Field(ge=0)
    maximum_level_ratio: float = Field(gt=0)
    leak_alarm: float


class SegmentationGate(Frozen):
    maximum_silhouette_loss: float = Field(ge=0)


class PromotionConfiguration(Frozen):
    churn: SupervisedGate
    clv: SupervisedGate
    segmentation: SegmentationGate


_Configuration = TypeVar("_Configuration", bound=Frozen)


@cache
def load_configuration(kind: type[_Configuration], name: str, folder: Path = CONFIGURATION_FOLDER) -> _Configuration:
    """Read and check one file of `ml/conf`.

    Raises
    ------
    SettingsError
        If the file is missing, a name is unknown or a value is out of range.
    """
    try:
        return kind.model_validate(yaml.safe_load((folder / f"{name}.yml").read_text(encoding="utf-8")))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise SettingsError(f"ml/conf/{name}.yml: {error}", "Mend the file named above.") from error
