"""What a model must reach before it serves: the section `gate` of a job's settings."""

from __future__ import annotations

from pydantic import Field

from ml.configuration import Frozen


class SupervisedGate(Frozen):
    minimum_gain_over_baseline: float
    maximum_brier_excess: float | None = None
    maximum_calibration_error: float | None = None
    minimum_brier_skill: float | None = None
    minimum_level_ratio: float = Field(ge=0)
    maximum_level_ratio: float = Field(gt=0)
    leak_alarm: float
    maximum_rank_loss_to_champion: float = Field(ge=0)
    maximum_error_excess_over_champion: float = Field(ge=0)


class SegmentationGate(Frozen):
    maximum_silhouette_loss: float = Field(ge=0)
