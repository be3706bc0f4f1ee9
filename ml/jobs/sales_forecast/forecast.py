"""The forecast of one measure and frequency: trial, choice of the way, reconciled values and intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.evaluation.few_times import FewTimes
from ml.jobs.choice import Choice, Contender, choose
from ml.jobs.sales_forecast.configuration import SalesForecastConfiguration
from ml.jobs.sales_forecast.intervals import coverage, errors_of, sizes
from ml.jobs.sales_forecast.panel import Panel
from ml.jobs.sales_forecast.reconciliation import in_hundredths
from ml.jobs.sales_forecast.trial import Trial, tried
from ml.jobs.sales_forecast.ways import RULES, called


@dataclass(frozen=True)
class Forecast:
    """Everything about one panel.

    Attributes
    ----------
    inside
        By level of the intervals, whether values of the trial lay inside: shape (n_origins, horizon, n_series).
    values
        Shape (horizon, n_series), in hundredths.
    bands
        Lower and upper ends by level, each of shape (horizon, n_series).
    """

    panel: Panel
    trial: Trial
    choice: Choice
    inside: dict[float, NDArray]
    values: NDArray
    bands: dict[float, tuple[NDArray, NDArray]]

    @property
    def way(self) -> str:
        """Who serves."""
        return str(self.choice.serving)

    @property
    def method(self) -> str:
        """Who serves, called what it is: where no season was found there was none to take out."""
        return called(self.way, self.trial.season)

    def rows(self) -> pd.DataFrame:
        """Rows of the score table."""
        horizon, count = self.values.shape
        starts = self.panel.ahead(horizon).strftime("%Y-%m-%d")
        ends = {
            f"{side}_{round(level * 100)}_value": band.T.ravel()
            for level, bands in self.bands.items()
            for side, band in zip(("lower", "upper"), bands, strict=True)
        }
        return pd.DataFrame(
            {
                "measure_name": self.panel.measure,
                "level_name": np.repeat([level for level, _ in self.panel.names], horizon),
                "series_name": np.repeat([name for _, name in self.panel.names], horizon),
                "frequency": self.panel.frequency,
                "period_start_date": np.tile(starts, count),
                "horizon_step": np.tile(np.arange(1, horizon + 1), count),
                "forecast_value": self.values.T.ravel(),
                **ends,
                "method_name": self.method,
            }
        )


def forecast_of(panel: Panel, days_off: NDArray, configuration: SalesForecastConfiguration) -> Forecast:
    """Try every way on the past, take the one that serves, and forecast from the end with it."""
    trial = tried(panel, days_off, configuration.frequencies[panel.frequency], configuration.season)
    choice = _chosen(trial, configuration)
    way, share = str(choice.serving), configuration.smallest_share_of_mean
    values = in_hundredths(trial.serving[way], panel.additive_levels)
    size = sizes(values, trial, share)
    bands = {
        level: (np.round(np.maximum(values + lower * size, 0.0), 2), np.round(values + upper * size, 2))
        for level, (lower, upper) in errors_of(trial, way, share).bands().items()
    }
    return Forecast(panel, trial, choice, coverage(trial, way, share), values, bands)


def _chosen(trial: Trial, configuration: SalesForecastConfiguration) -> Choice:
    """Who serves, by the mean error of each origin: the series of one origin are one unit."""
    settings = configuration.frequencies[trial.panel.frequency]
    contenders = []
    for name in trial.forecasts:
        by_origin = trial.errors_by_origin(name)
        figures = {
            "mase": float(by_origin.mean()),
            "total_mase": float(np.nanmean(trial.scaled_errors(name)[:, 0])),
            **{f"mase_{steps}": float(trial.errors_by_origin(name, steps).mean()) for steps in settings.horizons},
        }
        contenders.append(Contender(name, name in RULES, figures, -by_origin))
    times = FewTimes(settings.origin_step, settings.horizon, configuration.confidence)
    return choose(
        contenders,
        "negative MASE",
        times.interval,
        about=f"{trial.panel.measure} by {trial.panel.frequency}",
        minimum_units=2,
    )
