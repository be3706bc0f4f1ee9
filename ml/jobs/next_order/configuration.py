"""The settings of the next order, validated when `ml/conf/next_order.yml` is read."""

from __future__ import annotations

from pydantic import Field

from ml.configuration import Frozen
from ml.jobs.resampled import ResampledConfiguration


class RuleSettings(Frozen):
    hiatus_gap_count: float = Field(ge=1)
    order_count_classes: tuple[int, ...]
    silence_day_classes: tuple[int, ...]
    shrunken_by_count: float = Field(ge=0)


class SeasonSettings(Frozen):
    smoothed_days: int = Field(ge=1)
    active_days: int = Field(ge=1)


class Regular(Frozen):
    minimum_gap_count: int = Field(ge=2)
    maximum_variation: float = Field(gt=0)


class NextOrderConfiguration(ResampledConfiguration):
    horizon_days: int = Field(ge=14)
    coverage: float = Field(gt=0, lt=1)
    expected_from_probability: float = Field(gt=0, lt=1)
    minimum_customer_count: int = Field(ge=30)
    maximum_judged_count: int = Field(ge=30)
    origin_count: int = Field(ge=1)
    origin_step_days: int = Field(ge=1)
    minimum_history_days: int = Field(ge=1)
    rules: RuleSettings
    season: SeasonSettings
    regular: Regular

    @property
    def levels(self) -> tuple[float, float, float]:
        """The lower end of an interval, the middle and the upper end, as probabilities."""
        tail = (1 - self.coverage) / 2
        return tail, 0.5, 1 - tail
