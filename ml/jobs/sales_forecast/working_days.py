"""Public holidays on working days, by country as the data name it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

_SATURDAY = 5  # weekdays count from Monday, 0


def holiday_counts(
    periods: pd.DatetimeIndex, end: pd.Timestamp, shares: Mapping[str, float], codes: Mapping[str, str]
) -> NDArray:
    """Working days (Monday to Friday) that are public holidays in each period, weighted over countries.

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
    ndarray of shape (n_periods,)
    """
    counts = np.zeros(len(periods))
    years = range(periods[0].year, end.year + 1)
    for country, share in shares.items():
        days = _holidays(country, codes, years)
        days = days[(days.dayofweek < _SATURDAY) & (days >= periods[0]) & (days < end)]
        places = periods.searchsorted(days, side="right") - 1
        counts += share * np.bincount(places, minlength=len(periods))
    return counts


def _holidays(country: str, codes: Mapping[str, str], years: range) -> pd.DatetimeIndex:
    import holidays
    from holidays.registry import COUNTRIES

    name, _, subdivision = codes.get(country, country).partition("/")
    wanted = "".join(name.split()).casefold()
    code = next((of[1] for of in COUNTRIES.values() if wanted in {known.casefold() for known in of}), None)
    if code is None:
        return pd.DatetimeIndex([])
    return pd.DatetimeIndex(sorted(holidays.country_holidays(code, subdiv=subdivision or None, years=years)))
