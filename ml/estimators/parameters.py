"""Hyper-parameters of the families of models, and settings common to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from ml.configuration import Frozen


class Limits(Frozen):
    minimum_customer_count: int = Field(ge=2)
    minimum_class_count: int = Field(ge=1)
    maximum_training_row_count: int = Field(ge=100)
    maximum_snapshot_row_count: int = Field(default=100_000, ge=100)


class Bootstrap(Frozen):
    repetition_count: int = Field(ge=20)
    confidence: float = Field(gt=0.5, lt=1)


class Calibration(Frozen):
    fold_count: int = Field(ge=2)
    method: Literal["sigmoid", "isotonic"]


class RecentCalibration(Calibration):
    recent_snapshot_count: int = Field(ge=1)


class LinearParameters(Frozen):
    """Parameters of logistic regression and of the linear support vector machine."""

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


class Search(Frozen):
    trial_count: int = Field(ge=0)
    maximum_row_count: int = Field(ge=100)
    minimum_gain: float = Field(default=0, ge=0)
    choices: dict[str, dict[str, tuple[int | float, ...]]]


class StatusQuo(Frozen):
    minimum_tenure_days: int = Field(ge=1)


class Intervals(Frozen):
    coverage: float = Field(gt=0, lt=1)
    group_count: int = Field(ge=1)


class Hiatus(Frozen):
    cutoff_days_without_outcomes: int = Field(ge=1)


class TweedieParameters(BoostingParameters):
    cap_quantile: float = Field(gt=0, le=1)


def check_choices(stages: Mapping[str, Frozen], choices: Mapping[str, Mapping[str, object]]) -> None:
    """Raise ValueError if the search would vary a parameter that no stage of the configuration has."""
    for stage, values in choices.items():
        unknown = set(values) - set(type(stages[stage]).model_fields) if stage in stages else {stage}
        if unknown:
            raise ValueError(f"search.choices: nothing like {', '.join(sorted(unknown))} can be chosen")
