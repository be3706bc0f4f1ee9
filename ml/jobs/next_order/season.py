"""The season as a clock: how many average days the days to come are worth, by last year's orders."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.jobs.next_order.configuration import SeasonSettings

# Whole weeks, so that weekdays meet.
YEAR_DAYS = 364


def season_clock(order_days: pd.DataFrame, day: date, horizon_days: int, settings: SeasonSettings) -> NDArray | None:
    """Average days passed at the end of each day of the horizon, shape (horizon_days,); None without a year to look at.

    The rate of a day is last year's orders of returning customers around it, per customer who was active then, over
    the mean of that year: neither growth nor newcomers are taken for a season.
    """
    end = np.datetime64(day)
    margin = settings.smoothed_days
    begin = end - YEAR_DAYS - margin
    known = order_days[order_days["order_date"] < pd.Timestamp(day)]
    if known.empty or known["order_date"].min() > pd.Timestamp(day - timedelta(days=YEAR_DAYS + settings.active_days)):
        return None
    orders, active = _by_day(known, begin, YEAR_DAYS + margin, settings.active_days)
    window = np.ones(2 * margin + 1)
    rate = np.convolve(orders, window, "same") / np.maximum(np.convolve(active, window, "same"), 1)
    year = rate[margin:]
    mean = year.mean()
    if mean <= 0:
        return None
    return np.cumsum(np.resize(year / mean, horizon_days))


def _by_day(known: pd.DataFrame, begin: np.datetime64, day_count: int, active_days: int) -> tuple[NDArray, NDArray]:
    """Orders of returning customers, and customers with an order not long before, on each day, shape (day_count,)."""
    by = known.groupby("customer_id")["order_date"]
    place = (known["order_date"].to_numpy().astype("datetime64[D]") - begin).astype(int)
    following = by.shift(-1).to_numpy().astype("datetime64[D]")
    until = np.where(np.isnat(following), day_count, (following - begin).astype(int))
    is_repeat = by.cumcount().to_numpy() > 0
    shown = is_repeat & (place >= 0) & (place < day_count)
    orders = np.bincount(place[shown], minlength=day_count).astype(float)
    start = np.clip(place + 1, 0, day_count)
    stop = np.clip(np.minimum(until + 1, place + 1 + active_days), 0, day_count)
    steps = np.bincount(start, minlength=day_count + 1) - np.bincount(stop, minlength=day_count + 1)
    return orders, np.cumsum(steps)[:day_count].astype(float)
