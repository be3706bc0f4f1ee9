"""Thresholds of drift and decay, from `ml/conf/watching.yml`."""

from __future__ import annotations

from pydantic import Field

from ml.configuration import Frozen


class DriftConfiguration(Frozen):
    bin_count: int = Field(ge=2)
    watch_from: float = Field(gt=0)
    drifted_from: float = Field(gt=0)
    minimum_row_count: int = Field(ge=1)
    chance_confidence: float = Field(gt=0.5, lt=1)
    drifted_feature_share: float = Field(ge=0, lt=1)


class DecayConfiguration(Frozen):
    minimum_customer_count: int = Field(ge=2)
    maximum_rank_loss: float = Field(ge=0)
    minimum_level_ratio: float = Field(ge=0)
    maximum_level_ratio: float = Field(gt=0)
    maximum_calibration_error: float = Field(gt=0)


class WatchingConfiguration(Frozen):
    drift: DriftConfiguration
    decay: DecayConfiguration
