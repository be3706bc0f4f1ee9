"""How many months lie between two dates, as billing systems count (dbt's macro `whole_months_between`)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def months_between(start: pd.Series, end: pd.Series) -> NDArray:
    """Whole months from each start to its end plus the elapsed part of the next month, shape (n_rows,); never below 0.

    A month ends on the day of the month on which it began, or on the last day of a month that does not have that day.

    >>> months_between(pd.Series(pd.to_datetime(["2024-01-31"])), pd.Series(pd.to_datetime(["2024-02-29"])))
    array([1.])
    """
    first, last = (_days(stamps) for stamps in (start, end))
    last = np.maximum(first, last)
    whole = (last.astype("datetime64[M]") - first.astype("datetime64[M]")).astype(int)
    whole -= _plus_months(first, whole) > last
    begun, over = _plus_months(first, whole), _plus_months(first, whole + 1)
    return whole + (last - begun) / (over - begun)


def _days(stamps: pd.Series) -> NDArray:
    return stamps.to_numpy().astype("datetime64[D]")


def _plus_months(days: NDArray, months: NDArray) -> NDArray:
    """The days this many months later, on the same day of the month or on its last one."""
    month = days.astype("datetime64[M]")
    day_of_month = (days - month.astype("datetime64[D]")).astype(int)
    later = month + months
    length = ((later + 1).astype("datetime64[D]") - later.astype("datetime64[D]")).astype(int)
    return later.astype("datetime64[D]") + np.minimum(day_of_month, length - 1)
