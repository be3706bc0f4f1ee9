"""The season: how the level of outcomes at a date is expected to differ from that of the dates a model learned from.

The level of a date is the log-odds of churn, or the logarithm of spend, against that of customers alike (as long away)
at all dates. The forecast is the seasonal naive one with drift (Hyndman & Athanasopoulos, Forecasting: principles and
practice, 3rd ed., 5.2): the level a year ago, and what the newest known dates have changed since theirs a year ago. It
is shrunk by the evidence for it: to nothing where it is no larger than what a year changes anyway (positive-part
James–Stein).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field
from scipy.optimize import brentq

from ml.configuration import Frozen
from ml.contributions.scales import log_odds, probability_of
from ml.data.snapshots import Snapshots

_DAYS_OF_A_YEAR = 365
# Beyond these log-odds a level says only that nearly nobody, or nearly everybody, churned.
_WIDEST_LEVEL = 20.0


class SeasonSettings(Frozen):
    """See `ml/conf/season.yml`."""

    recent_date_count: int = Field(ge=2)
    maximum_year_count: int = Field(ge=1)
    usual_change: float = Field(ge=0)
    usual_change_weight: float = Field(ge=0)
    minimum_customer_count: int = Field(ge=1)


@dataclass(frozen=True)
class SeasonShift:
    """What is added to log-odds or to the logarithm of amounts.

    Attributes
    ----------
    expected
        The difference between the expected level and that of the dates learned from; None if nothing is known of it.
    weight
        The share of it that is used.
    """

    reason: str
    expected: float | None = None
    weight: float = 0.0

    @property
    def value(self) -> float:
        """The shift itself; 0 without evidence."""
        return 0.0 if self.expected is None else self.weight * self.expected

    def record(self) -> dict[str, object]:
        """Values for the run's parameters."""
        found: dict[str, object] = {"season_shift": round(self.value, 4), "season_reason": self.reason}
        if self.expected is not None:
            found |= {"season_expected": round(self.expected, 4), "season_weight": round(self.weight, 4)}
        return found


def churn_levels(cells: pd.DataFrame) -> pd.Series:
    """The level of each date in log-odds of churn.

    Parameters
    ----------
    cells
        As `ml.data.outcome_levels.outcome_levels` gives them.
    """
    total = cells.groupby("recency_group")[["churned_count", "customer_count"]].sum()
    usual = log_odds((total["churned_count"] + 0.5) / (total["customer_count"] + 1))
    usual = pd.Series(usual, index=total.index)

    def level(rows: pd.DataFrame) -> float:
        share = rows["customer_count"].to_numpy(dtype=float)
        expected = rows["recency_group"].map(usual).to_numpy()
        # half a customer more of each kind, so that nobody and everybody have a level too
        wanted = (rows["churned_count"].sum() + 0.5) / (share.sum() + 1)
        share = share / share.sum()

        def excess(shift: float) -> float:
            return float(share @ probability_of(expected + shift)) - wanted

        return float(brentq(excess, -_WIDEST_LEVEL, _WIDEST_LEVEL))

    return pd.Series({day: level(rows) for day, rows in cells.groupby("as_of_date")}, dtype=float)


def spend_levels(cells: pd.DataFrame) -> pd.Series:
    """The level of each date in logarithms of spend, indexed by date; dates on which nobody spends have none."""
    total = cells.groupby("recency_group")[["future_net_amount", "status_quo_amount"]].sum()
    usual = total["future_net_amount"] / total["status_quo_amount"].where(total["status_quo_amount"] > 0)
    expected = cells["status_quo_amount"] * cells["recency_group"].map(usual).fillna(0)
    by_date = cells.assign(expected=expected).groupby("as_of_date")[["future_net_amount", "expected"]].sum()
    by_date = by_date[(by_date > 0).all(axis=1)]
    return pd.Series(np.log(by_date["future_net_amount"] / by_date["expected"]), index=by_date.index)


@dataclass(frozen=True)
class Season:
    """The known levels of a history, and the date of the predictions.

    Attributes
    ----------
    levels
        By date, oldest first.
    """

    levels: pd.Series
    target: date
    settings: SeasonSettings

    def shift(self, learned_from: Sequence[date] = ()) -> SeasonShift:
        """The expected level of `target` less that of the dates a model learned from, shrunk.

        Parameters
        ----------
        learned_from
            Empty: the known dates of the last year, for models of whole histories.
        """
        by_year = [self._ago(years) for years in range(1, self.settings.maximum_year_count + 1)]
        forecasts = [found for found in by_year if found is not None]
        dates = pd.DatetimeIndex(pd.to_datetime(list(learned_from))) if learned_from else self._last_year
        reference = self._at(dates)
        reference = reference[np.isfinite(reference)]
        if not forecasts or not len(reference):
            return SeasonShift("no outcomes of the same season a year before and of the months before it")
        expected = float(np.mean(forecasts) - reference.mean())
        variance = self._variance_of_a_year() / len(forecasts)
        weight = max(0.0, 1 - variance / expected**2) if expected else 0.0
        years = "last year" if len(forecasts) == 1 else f"{len(forecasts)} years"
        reason = f"season of {years}" if weight else f"season of {years}, no larger than what a year changes anyway"
        return SeasonShift(reason, expected, weight)

    @property
    def _recent(self) -> pd.DatetimeIndex:
        return pd.DatetimeIndex(self.levels.index[-self.settings.recent_date_count :])

    @property
    def _last_year(self) -> pd.DatetimeIndex:
        known = pd.DatetimeIndex(self.levels.index)
        return known[known > known[-1] - timedelta(days=_DAYS_OF_A_YEAR)] if len(known) else known

    def _at(self, dates: pd.DatetimeIndex) -> NDArray:
        """The level of any dates, between known ones by interpolation; NaN outside of them."""
        known = pd.DatetimeIndex(self.levels.index)
        if not len(known):
            return np.full(len(dates), np.nan)
        start = known[0]
        return np.asarray(
            np.interp((dates - start).days, (known - start).days, self.levels.to_numpy(), left=np.nan, right=np.nan)
        )

    def _ago(self, years: int) -> float | None:
        """The forecast from the season some years ago; None where that or the dates before it are not known."""
        back = timedelta(days=_DAYS_OF_A_YEAR * years)
        then = self._at(pd.DatetimeIndex([pd.Timestamp(self.target) - back]))[0]
        change = self._at(self._recent) - self._at(self._recent - back)
        known = np.isfinite(change)
        return float(then + change[known].mean()) if np.isfinite(then) and known.sum() > 1 else None

    def _variance_of_a_year(self) -> float:
        """How differently a year changes the level of single dates, with a usual change as prior."""
        dates = self._last_year
        change = self._at(dates) - self._at(dates - timedelta(days=_DAYS_OF_A_YEAR))
        change = change[np.isfinite(change)]
        weight = self.settings.usual_change_weight
        squares = ((change - change.mean()) ** 2).sum() + weight * self.settings.usual_change**2
        return float(squares / max(len(change) - 1 + weight, 1))


def season_of(snapshots: Snapshots, settings: SeasonSettings, *, of_amounts: bool) -> Season:
    """The season of churn or of spend, from outcomes known on the date of the predictions."""
    target = snapshots.predicted_on
    known = snapshots.known_levels
    measured = spend_levels if of_amounts else churn_levels
    counts = known.groupby("as_of_date")["customer_count"].transform("sum")
    known = known[counts >= settings.minimum_customer_count]
    levels = measured(known) if len(known) else pd.Series(dtype=float)
    return Season(levels.sort_index(), target, settings)
