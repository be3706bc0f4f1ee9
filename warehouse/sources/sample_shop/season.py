"""The season of the shop: how purchase intensity varies over the year, the week and the day.

The intensity of a customer is ``purchase rate × year(d) × week(d) × hour(h)``; each factor has mean 1, so
the rate is the long-run mean of orders per day. Constant within an hour, its integral is piecewise linear:
that makes both the expectation and the draw of order times exact.
"""

from __future__ import annotations

from datetime import date

import numpy as np

from warehouse.sources.sample_shop.settings import seconds_at

CHRISTMAS_LIFT = 0.75  # height of the bump before Christmas
CHRISTMAS_DAY_OF_YEAR = 338  # its top: 4 December
CHRISTMAS_WIDTH_DAYS = 24.0  # its standard deviation
SUMMER_DIP = 0.08  # amplitude of the yearly wave, lowest in the middle of the year
WEEKDAY_FACTORS = (1.02, 0.98, 0.95, 1.00, 0.97, 0.93, 1.15)  # Monday … Sunday
HOUR_FACTORS = (
    *(0.20, 0.10, 0.05, 0.05, 0.05, 0.15, 0.40, 0.80, 1.10, 1.30, 1.40, 1.45),
    *(1.50, 1.35, 1.25, 1.25, 1.30, 1.45, 1.60, 1.80, 1.95, 1.70, 1.15, 0.65),
)


def year_factors() -> np.ndarray:
    """Give the factor of each day of the year, shape (366,), mean 1 over the first 365."""
    day = np.arange(1, 367)
    distance = (day - CHRISTMAS_DAY_OF_YEAR + 183) % 365 - 183
    bump = CHRISTMAS_LIFT * np.exp(-0.5 * (distance / CHRISTMAS_WIDTH_DAYS) ** 2)
    wave = SUMMER_DIP * np.cos(2 * np.pi * (day - 1) / 365)
    raw = 1 + bump + wave
    return raw / raw[:365].mean()


def day_factors(first_date: date, day_count: int) -> np.ndarray:
    """Give year × week factor of consecutive days, shape (day_count,)."""
    days = np.datetime64(first_date, "D") + np.arange(day_count)
    day_of_year = (days - days.astype("datetime64[Y]").astype("datetime64[D]")).astype(int)
    weekday = (days.astype("datetime64[D]").astype(int) + 3) % 7  # 1970-01-01 was a Thursday
    week = np.array(WEEKDAY_FACTORS) / np.mean(WEEKDAY_FACTORS)
    return year_factors()[day_of_year] * week[weekday]


class Season:
    """Season-weighted time between two dates.

    Parameters
    ----------
    first_date, last_date
        Both included.
    """

    def __init__(self, first_date: date, last_date: date) -> None:
        day_count = (last_date - first_date).days + 1
        hours = np.array(HOUR_FACTORS) / np.mean(HOUR_FACTORS)
        weights = np.outer(day_factors(first_date, day_count), hours / 24).ravel()
        self.edges_s = seconds_at(first_date) + np.arange(day_count * 24 + 1) * 3600
        self.exposure_days = np.concatenate([[0.0], np.cumsum(weights)])

    def exposure_at(self, times_s: np.ndarray) -> np.ndarray:
        """Give season-weighted days from the start to each time (times outside count as the nearest end)."""
        return np.interp(times_s, self.edges_s, self.exposure_days)

    def times_at(self, exposure: np.ndarray) -> np.ndarray:
        """Give the time in whole seconds at which an exposure is reached: the inverse of ``exposure_at``."""
        times = np.interp(exposure, self.exposure_days, self.edges_s).astype(np.int64)
        return np.minimum(times, self.edges_s[-1] - 1)

    def draw_times(
        self, rng: np.random.Generator, counts: np.ndarray, from_s: np.ndarray, to_s: np.ndarray
    ) -> np.ndarray:
        """Draw ``counts[i]`` times between ``from_s[i]`` and ``to_s[i]`` for each i, dense where busy."""
        start = np.repeat(self.exposure_at(from_s), counts)
        stop = np.repeat(self.exposure_at(to_s), counts)
        return self.times_at(start + rng.random(len(start)) * (stop - start))


def exposure_by_day(first_date: date, day_count: int) -> np.ndarray:
    """Give the season-weighted days gathered at the start and end of each day, shape (day_count + 1,)."""
    return np.concatenate([[0.0], np.cumsum(day_factors(first_date, day_count))])
