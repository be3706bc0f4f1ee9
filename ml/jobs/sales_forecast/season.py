"""The season of a measure: what a period is expected to be against others, from the year, its days and its holidays.

Fitted to the logarithm of the total by penalised least squares: a level with a trend, harmonics of the year whose
penalty grows with the square of their frequency (a periodic smoothing spline; Wahba 1990, Spline models for
observational data, 2.1), public holidays and the turn of the year as regressors (Hyndman & Athanasopoulos, Forecasting:
principles and practice, 3rd ed., 7.4). Each part stays only where it lowers the Bayesian information criterion.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.jobs.sales_forecast.configuration import Season

_DAYS_OF_A_YEAR = 365.25
_TREND_COLUMNS = 2
_MONTHLY_HARMONICS = 6  # twelve months know no shorter waves


@dataclass(frozen=True)
class Calendar:
    """The periods of a panel and those ahead.

    Attributes
    ----------
    starts
        First days, shape (n_periods + horizon,).
    known_count
        The number of periods that are known.
    days_off
        Working days that are public holidays, and days around the turn of the year, in each period: shape
        (n_periods + horizon, 2).
    """

    frequency: str
    starts: pd.DatetimeIndex
    known_count: int
    days_off: NDArray

    @property
    def lengths(self) -> NDArray:
        """Days of each period, shape (n_periods + horizon,)."""
        if self.frequency == "month":
            return self.starts.days_in_month.to_numpy(dtype=float)
        return np.full(len(self.starts), 7.0)

    @property
    def without_holidays(self) -> Calendar:
        """The same with no public holidays on working days; the turn of the year stays."""
        return replace(self, days_off=self.days_off * [0.0, 1.0])


@dataclass(frozen=True)
class SeasonFactors:
    """By what a series is divided before a model without season sees it, and its forecasts multiplied afterwards.

    Attributes
    ----------
    past, ahead
        Shapes (n_periods,) and (horizon,).
    has_season
        Whether the season was worth its parameters.
    day_off_effects
        Of a working day that is a holiday everywhere, and of a day around the turn of the year, on the logarithm of a
        period's total; 0 where it was not worth its parameter.
    """

    past: NDArray
    ahead: NDArray
    has_season: bool = False
    day_off_effects: tuple[float, float] = (0.0, 0.0)

    @property
    def is_flat(self) -> bool:
        """Whether nothing but the days of the periods is taken out."""
        return not self.has_season and not any(self.day_off_effects)

    @property
    def has_holidays(self) -> bool:
        """Whether public holidays on working days were worth a parameter."""
        return self.day_off_effects[0] != 0


@dataclass(frozen=True)
class Seasons:
    """The season of a total at one time, in the versions that compete.

    Attributes
    ----------
    days_only
        Nothing but the lengths of the periods.
    season
        The year and its turn.
    with_holidays
        Those and public holidays; None where these are not tried.
    """

    days_only: SeasonFactors
    season: SeasonFactors
    with_holidays: SeasonFactors | None = None

    @property
    def fullest(self) -> SeasonFactors:
        """The version that knows most."""
        return self.with_holidays or self.season


def seasons(total: NDArray, calendar: Calendar, settings: Season) -> Seasons:
    """The season of a total, shape (n_periods,), without holidays and with them."""
    free = season_factors(total, calendar.without_holidays, settings)
    return Seasons(flat(calendar), free, season_factors(total, calendar, settings))


def flat(calendar: Calendar) -> SeasonFactors:
    """Only the days of the periods: months are made as long as each other."""
    return SeasonFactors(calendar.lengths[: calendar.known_count], calendar.lengths[calendar.known_count :])


def season_factors(total: NDArray, calendar: Calendar, settings: Season) -> SeasonFactors:
    """Fit the season to the total, shape (n_periods,), and continue it."""
    known, lengths = calendar.known_count, calendar.lengths
    # a week in which the shop was shut must not decide: its logarithm would
    floor = max(float(np.median(total)), 1e-9) * settings.smallest_share_of_median
    level = np.log(np.maximum(total, floor) / lengths[:known])
    trend = np.column_stack([np.ones(len(lengths)), np.arange(len(lengths)) / known])
    waves, penalties = _harmonics(calendar, settings)
    varying = [column for column in range(2) if np.ptp(calendar.days_off[:known, column]) > 0]
    tried = [
        _Fit(level, np.column_stack([trend, calendar.days_off[:, columns]]), extra, columns)
        for count in range(len(varying) + 1)
        for columns in map(list, combinations(varying, count))
        for extra in (None, (waves, penalties))
    ]
    best = min(tried, key=lambda fit: fit.criterion)
    effect = best.effect - best.effect[:known].mean()
    factors = lengths * np.exp(effect)
    return SeasonFactors(factors[:known], factors[known:], best.has_waves, best.day_off_effects)


class _Fit:
    """Penalised least squares of `level`, shape (n_periods,), on rows of which the first are of the same periods.

    Parameters
    ----------
    free
        Level, trend and days off, which are not penalised.
    extra
        The waves, and their penalties.
    days_off
        Which kinds of days off are among the columns of `free`.
    """

    def __init__(
        self, level: NDArray, free: NDArray, extra: tuple[NDArray, NDArray] | None, days_off: list[int]
    ) -> None:
        waves, penalties = extra or (np.zeros((len(free), 0)), np.zeros(0))
        design = np.column_stack([free, waves])
        known, count = design[: len(level)], len(level)
        inverse = np.linalg.inv(known.T @ known + np.diag([*np.full(free.shape[1], 1e-8), *penalties]))
        coefficients = inverse @ known.T @ level
        residual = level - known @ coefficients
        degrees = float(np.trace(inverse @ known.T @ known))
        self.criterion = count * np.log(max(float(residual @ residual), 1e-12) / count) + np.log(count) * degrees
        self.has_waves = extra is not None
        effects = dict(zip(days_off, coefficients[_TREND_COLUMNS : free.shape[1]], strict=True))
        self.day_off_effects = (float(effects.get(0, 0.0)), float(effects.get(1, 0.0)))
        self.effect = design[:, _TREND_COLUMNS:] @ coefficients[_TREND_COLUMNS:]


def _harmonics(calendar: Calendar, settings: Season) -> tuple[NDArray, NDArray]:
    """Waves of the year at the middle of each period, shape (n, 2 × harmonics), and their penalties."""
    most = _MONTHLY_HARMONICS if calendar.frequency == "month" else settings.harmonic_count
    numbers = np.arange(1, min(settings.harmonic_count, most) + 1)
    middle = (calendar.starts.dayofyear.to_numpy() - 1 + calendar.lengths / 2) / _DAYS_OF_A_YEAR
    angle = 2 * np.pi * np.outer(middle, numbers)
    return np.column_stack([np.cos(angle), np.sin(angle)]), settings.penalty * np.tile(numbers.astype(float) ** 2, 2)
