"""Public holidays and the turn of the year, by country as the data name it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

_SATURDAY = 5  # weekdays count from Monday, 0
_DECEMBER, _CHRISTMAS = 12, 25


def days_off_of(
    periods: pd.DatetimeIndex, end: pd.Timestamp, shares: Mapping[str, float], codes: Mapping[str, str]
) -> NDArray:
    """Days in each period on which shops and offices rest, weighted over countries.

    Parameters
    ----------
    periods, end
        First days of consecutive periods, and the day after the last of them.
    shares
        Weight of each country by its name in the data. One that the calendar does not know has no holidays.
    codes
        Names or codes of the calendar for names of the data; with `/` and a subdivision where that has the holidays.

    Returns
    -------
    ndarray of shape (n_periods, 2)
        Working days (Monday to Friday) that are public holidays outside the turn of the year; days from 24 December to
        1 January where the 25th is a holiday.
    """
    counts = np.zeros((len(periods), 2))
    years = range(periods[0].year, end.year + 1)
    every = pd.date_range(periods[0], end, inclusive="left")
    turn = every[_at_the_turn(every)]
    for country, share in shares.items():
        days = _holidays(codes.get(country, country), years)
        single = days[(days.dayofweek < _SATURDAY) & (days >= periods[0]) & (days < end) & ~_at_the_turn(days)]
        rests = bool(((days.month == _DECEMBER) & (days.day == _CHRISTMAS)).any())
        for column, found in enumerate((single, turn if rests else turn[:0])):
            places = periods.searchsorted(found, side="right") - 1
            counts[:, column] += share * np.bincount(places, minlength=len(periods))
    return counts


def _at_the_turn(days: pd.DatetimeIndex) -> NDArray:
    return ((days.month == _DECEMBER) & (days.day >= _CHRISTMAS - 1)) | (days.dayofyear == 1)


@cache
def _holidays(name_of_country: str, years: range) -> pd.DatetimeIndex:
    """Public holidays, asked for by every measure and frequency; none of a country that the calendar does not know."""
    import holidays
    from holidays.registry import COUNTRIES

    name, _, subdivision = name_of_country.partition("/")
    wanted = "".join(name.split()).casefold()
    code = next((of[1] for of in COUNTRIES.values() if wanted in {known.casefold() for known in of}), None)
    if code is None:
        return pd.DatetimeIndex([])
    return pd.DatetimeIndex(sorted(holidays.country_holidays(code, subdiv=subdivision or None, years=years)))
