"""The trial on the past: every way forecasts from several origins, and is measured on what came after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.jobs.sales_forecast.configuration import Frequency, Season
from ml.jobs.sales_forecast.panel import Panel
from ml.jobs.sales_forecast.reconciliation import naive_scale
from ml.jobs.sales_forecast.season import Calendar, Seasons, flat, seasons
from ml.jobs.sales_forecast.ways import Ways


@dataclass(frozen=True)
class Trial:
    """What each way said at each origin, and what happened.

    Attributes
    ----------
    origins
        First day of the first period that is forecast, shape (n_origins,).
    actual
        Shape (n_origins, horizon, n_series).
    scale
        Unit of MASE, from the periods before the origin: shape (n_origins, n_series).
    forecasts
        By way: shape (n_origins, horizon, n_series).
    serving, season
        What each way says now, shape (horizon, n_series), and the season as it is known now.
    """

    panel: Panel
    origins: pd.DatetimeIndex
    actual: NDArray
    scale: NDArray
    forecasts: Mapping[str, NDArray]
    serving: Mapping[str, NDArray]
    season: Seasons

    def scaled_errors(self, way: str, horizon: int | None = None) -> NDArray:
        """MASE of each origin and series over the steps up to the horizon, shape (n_origins, n_series).

        NaN where the series had not changed before the origin.
        """
        errors = np.abs(self.forecasts[way] - self.actual)[:, :horizon].mean(axis=1)
        return np.divide(errors, self.scale, out=np.full_like(errors, np.nan), where=self.scale > 0)

    def errors_by_origin(self, way: str, horizon: int | None = None) -> NDArray:
        """The mean of them over the series that had changed before the origin, shape (n_origins,); 0 without any."""
        errors = self.scaled_errors(way, horizon)
        return np.nansum(errors, axis=1) / np.maximum(np.isfinite(errors).sum(axis=1), 1)


def origins_of(period_count: int, settings: Frequency) -> tuple[list[int], bool]:
    """Numbers of periods known at each origin, oldest first, and whether the season is known at all of them.

    Empty if the history is too short for two.
    """
    newest = period_count - settings.horizon

    def back_to(first: int) -> list[int]:
        return list(range(newest, first - 1, -settings.origin_step))[: settings.maximum_origin_count][::-1]

    seasonal = back_to(settings.seasonal_from_period_count)
    if len(seasonal) > 1:
        return seasonal, True
    short = back_to(settings.minimum_period_count)
    return (short, False) if len(short) > 1 else ([], False)


def tried(panel: Panel, days_off: NDArray, settings: Frequency, season: Season) -> Trial:
    """Forecast from each origin, and from the end.

    Parameters
    ----------
    days_off
        Of each period and the horizon after the last, shape (n_periods + horizon, 2).
    """
    origins, is_seasonal = origins_of(len(panel.starts), settings)
    known = [panel.until(origin) for origin in origins] + [panel]
    found = _with_holidays_or_not([_seasons(one, days_off, settings, season if is_seasonal else None) for one in known])
    ways = Ways(known[0], found[0], settings, is_seasonal=is_seasonal)
    *said, now = [ways.forecasts(one, its) for one, its in zip(known, found, strict=True)]
    return Trial(
        panel,
        panel.starts[origins],
        np.stack([panel.values[origin : origin + settings.horizon] for origin in origins]),
        np.stack([naive_scale(panel.values[:origin]) for origin in origins]),
        {name: np.stack([each[name] for each in said]) for name in said[0]},
        now,
        found[-1],
    )


def _seasons(known: Panel, days_off: NDArray, settings: Frequency, season: Season | None) -> Seasons:
    """The season of the total as it was known; without settings for it, the days of the periods only."""
    starts = known.with_ahead(settings.horizon)
    calendar = Calendar(known.frequency, starts, len(known.starts), days_off[: len(starts)])
    if season is None:
        return Seasons(flat(calendar), flat(calendar))
    return seasons(known.values[:, 0], calendar, season)


def _with_holidays_or_not(found: list[Seasons]) -> list[Seasons]:
    """Holidays are tried only if they were worth a parameter at some time: else both versions are the same."""
    if any(one.fullest.has_holidays for one in found):
        return found
    return [replace(one, with_holidays=None) for one in found]
