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
from ml.jobs.sales_forecast.season import SeasonFactors

RULES = frozenset({"naive", "recent_mean", "seasonal_naive"})
COMBINATION = "median_of_models"
ADJUSTED = "seasonally_adjusted_"


class Ways:
    """Rules and models, with the order of ARIMA found on the panel as it was at the first origin.

    Parameters
    ----------
    is_seasonal
        Whether the season is known at every origin: then seasonal rules compete, and models see series without season.
    """

    def __init__(self, first: Panel, factors: SeasonFactors, settings: Frequency, *, is_seasonal: bool) -> None:
        self._settings, self._is_seasonal = settings, is_seasonal
        self._smoothing: Mapping[str, OneSeries] = {"ets": ets(), "theta": theta()}
        self._arima = Arima(first.values[:, 0] / factors.past)

    def forecasts(self, panel: Panel, factors: SeasonFactors, days_only: SeasonFactors) -> dict[str, NDArray]:
        """The reconciled forecasts of every way, each of shape (horizon, n_series).

        Parameters
        ----------
        factors, days_only
            With the season, and with the lengths of the periods only.
        """
        horizon, recent = self._settings.horizon, self._settings.recent_period_count
        per_day = panel.values / days_only.past[:, None]
        by_rule = {
            "naive": rules.naive(per_day, horizon),
            "recent_mean": rules.recent_mean(per_day, horizon, recent),
        }
        by_model = {}
        if self._is_seasonal:
            year = self._settings.season_period_count
            by_rule["seasonal_naive"] = rules.seasonal_naive(per_day, horizon, year)
            by_model["growing_seasonal_naive"] = rules.growing_seasonal_naive(per_day, horizon, year, recent)
        found = {name: values * days_only.ahead[:, None] for name, values in (by_rule | by_model).items()}
        prefix = ADJUSTED if self._is_seasonal else ""
        arima = self._arima.fitted(panel.values[:, 0] / factors.past)
        for name, model in {**self._smoothing, "arima": arima}.items():
            found[prefix + name] = each_series(model, panel.values, factors, horizon)
        models = [values for name, values in found.items() if name not in RULES]
        found[COMBINATION] = np.median(models, axis=0)
        return {name: reconciled(values, panel) for name, values in found.items()}
