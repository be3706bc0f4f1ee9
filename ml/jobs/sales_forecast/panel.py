"""Regular series: complete weeks or months without gaps, one column per part of sales."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.jobs.sales_forecast.sales import MEASURES, TOTAL

_PANDAS = {"week": "W-MON", "month": "MS"}
# Of which levels the parts add up to the total: an order has products of several categories.
ADDITIVE = {"revenue": ("country", "category"), "orders": ("country",), "customers": ("country",)}


@dataclass(frozen=True)
class Panel:
    """The series of one measure and frequency.

    Attributes
    ----------
    starts
        First day of each period, shape (n_periods,).
    values
        Shape (n_periods, n_series); the first column is the total.
    names
        Level and name of each series.
    """

    measure: str
    frequency: str
    starts: pd.DatetimeIndex
    values: NDArray
    names: tuple[tuple[str, str], ...]

    def until(self, period_count: int) -> Panel:
        """The first periods of it: what was known then."""
        return replace(self, starts=self.starts[:period_count], values=self.values[:period_count])

    def ahead(self, horizon: int) -> pd.DatetimeIndex:
        """The first days of the periods after it, shape (horizon,)."""
        return self.with_ahead(horizon)[len(self.starts) :]

    def with_ahead(self, horizon: int) -> pd.DatetimeIndex:
        """The first days of its periods and of those after it, shape (n_periods + horizon,)."""
        return pd.date_range(self.starts[0], periods=len(self.starts) + horizon, freq=_PANDAS[self.frequency])

    def parts(self, level: str) -> NDArray:
        """The columns of a level, shape (n_parts,)."""
        return np.flatnonzero([name[0] == level for name in self.names])

    @property
    def additive_levels(self) -> tuple[NDArray, ...]:
        """The columns of each level whose parts add up to the total, each of shape (n_parts,)."""
        found = (self.parts(level) for level in ADDITIVE[self.measure])
        return tuple(columns for columns in found if len(columns))


def complete_periods(frequency: str, first_day: date, as_of_date: date) -> pd.DatetimeIndex:
    """First days of the periods that lie wholly between the first day with data and the date.

    >>> complete_periods("month", date(2025, 1, 2), date(2025, 4, 1)).strftime("%Y-%m").tolist()
    ['2025-02', '2025-03']
    >>> complete_periods("week", date(2025, 1, 6), date(2025, 1, 26)).strftime("%m-%d").tolist()
    ['01-06', '01-13']
    """
    starts = pd.date_range(first_day, as_of_date, freq=_PANDAS[frequency])
    ends = pd.date_range(first_day, as_of_date + timedelta(days=31), freq=_PANDAS[frequency])[1:]
    return starts[ends[: len(starts)] <= pd.Timestamp(as_of_date)]


def panels(sums: pd.DataFrame, frequency: str, starts: pd.DatetimeIndex) -> dict[str, Panel]:
    """One panel by measure; periods without sales are zeros, a level with a single part is left out.

    Parameters
    ----------
    sums
        As `Sales.by_period` gives them.
    """
    return {measure: _panel(sums[sums["measure_name"] == measure], measure, frequency, starts) for measure in MEASURES}


def _panel(sums: pd.DataFrame, measure: str, frequency: str, starts: pd.DatetimeIndex) -> Panel:
    wide = sums.pivot_table(index="period_start_date", columns=["level_name", "series_name"], values="value")
    wide.index = pd.DatetimeIndex(wide.index)
    wide = wide.reindex(starts).fillna(0.0)
    names: Mapping[str, list[str]] = {
        level: sorted(name for found, name in wide.columns if found == level) for level in ("country", "category")
    }
    kept = [("total", TOTAL), *((level, name) for level, of in names.items() if len(of) > 1 for name in of)]
    values = wide.reindex(columns=pd.MultiIndex.from_tuples(kept)).fillna(0.0).to_numpy(dtype=float)
    return Panel(measure, frequency, starts, values, tuple(kept))
