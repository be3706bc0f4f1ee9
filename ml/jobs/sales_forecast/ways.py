"""The ways to forecast a panel that compete, each for all of its series at once."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ml.jobs.sales_forecast import rules
from ml.jobs.sales_forecast.configuration import Frequency
from ml.jobs.sales_forecast.models import Arima, OneSeries, each_series, ets, theta
from ml.jobs.sales_forecast.panel import Panel
from ml.jobs.sales_forecast.reconciliation import reconciled
from ml.jobs.sales_forecast.season import SeasonFactors, Seasons

RULES = frozenset({"naive", "recent_mean", "seasonal_naive"})
COMBINATION, COMBINATION_WITH_HOLIDAYS = "median_of_models", "median_with_holidays"
ADJUSTED, HOLIDAY_ADJUSTED = "seasonally_adjusted_", "holiday_adjusted_"


def knows_holidays(way: str) -> bool:
    """Whether public holidays are in it."""
    return way.startswith(HOLIDAY_ADJUSTED) or way == COMBINATION_WITH_HOLIDAYS


def called(way: str, now: Seasons) -> str:
    """A way by what it takes out now: no holidays, or no season at all, where none was found."""
    if knows_holidays(way) and not now.fullest.has_holidays:
        way = COMBINATION if way == COMBINATION_WITH_HOLIDAYS else ADJUSTED + way.removeprefix(HOLIDAY_ADJUSTED)
    return way.removeprefix(ADJUSTED) if now.season.is_flat else way


class Ways:
    """Rules and models, with the order of ARIMA found on the panel as it was at the first origin.

    Parameters
    ----------
    is_seasonal
        Whether the season is known at every origin: then seasonal rules compete, and models see series without season.
    """

    def __init__(self, first: Panel, seasons: Seasons, settings: Frequency, *, is_seasonal: bool) -> None:
        self._settings, self._is_seasonal = settings, is_seasonal
        self._smoothing: Mapping[str, OneSeries] = {"ets": ets(), "theta": theta()}
        self._arima = Arima(first.values[:, 0] / seasons.fullest.past)

    def forecasts(self, panel: Panel, seasons: Seasons) -> dict[str, NDArray]:
        """The reconciled forecasts of every way, each of shape (horizon, n_series)."""
        by_rule, by_growth = self._by_rule(panel, seasons.days_only)
        by_model = by_growth | self._by_model(panel, seasons.season, ADJUSTED if self._is_seasonal else "")
        found = by_rule | by_model | {COMBINATION: np.median(list(by_model.values()), axis=0)}
        if seasons.with_holidays is not None:
            with_holidays = self._by_model(panel, seasons.with_holidays, HOLIDAY_ADJUSTED)
            models = list((by_growth | with_holidays).values())
            found |= with_holidays | {COMBINATION_WITH_HOLIDAYS: np.median(models, axis=0)}
        return {name: reconciled(values, panel) for name, values in found.items()}

    def _by_rule(self, panel: Panel, days: SeasonFactors) -> tuple[dict[str, NDArray], dict[str, NDArray]]:
        """The rules, and the year before with its growth, which is a model."""
        horizon, recent, year = (
            self._settings.horizon,
            self._settings.recent_period_count,
            self._settings.season_period_count,
        )
        per_day, ahead = panel.values / days.past[:, None], days.ahead[:, None]
        found = {
            "naive": rules.naive(per_day, horizon) * ahead,
            "recent_mean": rules.recent_mean(per_day, horizon, recent) * ahead,
        }
        if not self._is_seasonal:
            return found, {}
        found["seasonal_naive"] = rules.seasonal_naive(per_day, horizon, year) * ahead
        growing = rules.growing_seasonal_naive(per_day, horizon, year, recent) * ahead
        return found, {"growing_seasonal_naive": growing}

    def _by_model(self, panel: Panel, factors: SeasonFactors, prefix: str) -> dict[str, NDArray]:
        """Models on the series without their season."""
        arima = self._arima.fitted(panel.values[:, 0] / factors.past)
        models = {**self._smoothing, "arima": arima}
        horizon = self._settings.horizon
        return {prefix + name: each_series(model, panel.values, factors, horizon) for name, model in models.items()}
