"""The settings of the sales forecast, validated when `ml/conf/sales_forecast.yml` is read."""

from __future__ import annotations

from pydantic import Field, model_validator

from ml.configuration import Frozen


class Series(Frozen):
    """Which parts of sales have a series of their own."""

    maximum_part_count: int = Field(ge=2)
    minimum_weekly_order_count: float = Field(gt=0)
    ranked_by_days: int = Field(ge=28)
    maximum_silence_days: int = Field(ge=1)


class Frequency(Frozen):
    """How one frequency is forecast and tried on the past.

    Attributes
    ----------
    season_period_count
        Periods of a year.
    horizons
        Steps ahead at which the error is told; the longest is how far is forecast.
    """

    season_period_count: int = Field(ge=2)
    horizons: tuple[int, ...] = Field(min_length=1)
    recent_period_count: int = Field(ge=2)
    minimum_period_count: int = Field(ge=8)
    seasonal_from_period_count: int
    origin_step: int = Field(ge=1)
    maximum_origin_count: int = Field(ge=2)

    @property
    def horizon(self) -> int:
        """How many periods are forecast."""
        return max(self.horizons)

    @model_validator(mode="after")
    def _season_is_known(self) -> Frequency:
        if self.seasonal_from_period_count < self.season_period_count + self.recent_period_count:
            raise ValueError("seasonal_from_period_count must be a year and recent_period_count at least")
        return self


class Season(Frozen):
    harmonic_count: int = Field(ge=1)
    penalty: float = Field(gt=0)
    smallest_share_of_median: float = Field(gt=0, lt=1)


class SalesForecastConfiguration(Frozen):
    confidence: float = Field(gt=0, lt=1)
    series: Series
    frequencies: dict[str, Frequency]
    season: Season
    smallest_share_of_mean: float = Field(gt=0, lt=1)
    country_codes: dict[str, str]

    @model_validator(mode="after")
    def _frequencies_are_known(self) -> SalesForecastConfiguration:
        if set(self.frequencies) != {"week", "month"}:
            raise ValueError("frequencies must be week and month")
        return self
