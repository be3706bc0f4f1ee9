"""The season of a measure: what a period is expected to be against others, from the year, its days and its holidays.

Fitted to the logarithm of the total by penalised least squares: a level with a trend, harmonics of the year whose
penalty grows with the square of their frequency (a periodic smoothing spline; Wahba 1990, Spline models for
observational data, 2.1), and public holidays as a regressor (Hyndman & Athanasopoulos, Forecasting: principles and
practice, 3rd ed., 7.4). Each part stays only where it lowers the Bayesian information criterion.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.jobs.sales_forecast.configuration import Season

_DAYS_OF_A_YEAR = 365.25
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
    holidays
        Working days that are public holidays in each period, shape (n_periods + horizon,).
    """

    frequency: str
    starts: pd.DatetimeIndex
    known_count: int
    holidays: NDArray

    @property
    def lengths(self) -> NDArray:
        """Days of each period."""
        if self.frequency == "month":
            return self.starts.days_in_month.to_numpy(dtype=float)
        return np.full(len(self.starts), 7.0)


@dataclass(frozen=True)
class SeasonFactors:
    """By what a series is divided before a model without season sees it, and its forecasts multiplied afterwards.

    Attributes
    ----------
    past, ahead
        Shapes (n_periods,) and (horizon,).
    has_season, has_holidays
        Which parts were worth their parameters.
    holiday_effect
        Of one working day that is a holiday everywhere, on the logarithm of a period's total; 0 without.
    """

    past: NDArray
    ahead: NDArray
    has_season: bool = False
    has_holidays: bool = False
    holiday_effect: float = 0.0


def flat(calendar: Calendar) -> SeasonFactors:
    """Only the days of the periods: months are made as long as each other."""
    return SeasonFactors(calendar.lengths[: calendar.known_count], calendar.lengths[calendar.known_count :])


def season_factors(total: NDArray, calendar: Calendar, settings: Season) -> SeasonFactors:
    """Fit the season to the total, shape (n_periods,), and continue it."""
    known, lengths = calendar.known_count, calendar.lengths
    floor = max(float(total.mean()), 1e-9) * 0.01  # a week that brought nothing has no logarithm
    level = np.log(np.maximum(total, floor) / lengths[:known])
    trend = np.column_stack([np.ones(len(lengths)), np.arange(len(lengths)) / known])
    waves, penalties = _harmonics(calendar, settings)
    days_off = (calendar.holidays - calendar.holidays[:known].mean())[:, None]
    tried = [_Fit(level, trend), _Fit(level, trend, waves=waves, penalties=penalties)]
    if np.ptp(calendar.holidays[:known]) > 0:
        tried.append(_Fit(level, trend, days_off))
        tried.append(_Fit(level, trend, days_off, waves, penalties))
    best = min(tried, key=lambda fit: fit.criterion)
    factors = lengths * np.exp(best.effect)
    return SeasonFactors(factors[:known], factors[known:], best.has_waves, best.has_days_off, best.days_off_effect)


class _Fit:
    """Penalised least squares of `level`, shape (n_periods,), on rows of which the first are of the same periods."""

    def __init__(
        self,
        level: NDArray,
        trend: NDArray,
        days_off: NDArray | None = None,
        waves: NDArray | None = None,
        penalties: NDArray | None = None,
    ) -> None:
        free = trend if days_off is None else np.column_stack([trend, days_off])
        design = free if waves is None else np.column_stack([free, waves])
        known, count = design[: len(level)], len(level)
        ridge = np.concatenate([np.full(free.shape[1], 1e-8), [] if penalties is None else penalties])
        inverse = np.linalg.inv(known.T @ known + np.diag(ridge))
        coefficients = inverse @ known.T @ level
        residual = level - known @ coefficients
        degrees = float(np.trace(inverse @ known.T @ known))
        self.criterion = count * np.log(max(float(residual @ residual), 1e-12) / count) + np.log(count) * degrees
        self.has_waves, self.has_days_off = waves is not None, days_off is not None
        self.days_off_effect = float(coefficients[trend.shape[1]]) if self.has_days_off else 0.0
        self.effect = design[:, trend.shape[1] :] @ coefficients[trend.shape[1] :]


def _harmonics(calendar: Calendar, settings: Season) -> tuple[NDArray, NDArray]:
    """Waves of the year at the middle of each period, shape (n, 2 × harmonics), and their penalties."""
    most = _MONTHLY_HARMONICS if calendar.frequency == "month" else settings.harmonic_count
    numbers = np.arange(1, min(settings.harmonic_count, most) + 1)
    middle = (calendar.starts.dayofyear.to_numpy() - 1 + calendar.lengths / 2) / _DAYS_OF_A_YEAR
    angle = 2 * np.pi * np.outer(middle, numbers)
    return np.column_stack([np.cos(angle), np.sin(angle)]), settings.penalty * np.tile(numbers.astype(float) ** 2, 2)
