"""ETS, Theta and ARIMA of statsforecast, on series from which the season has been taken.

None of the three can learn a season of 52 weeks from a year or two: AutoETS stops at 24 periods, and AutoARIMA and
AutoETS fall back to models without season and do not say so. So none is ever given a season; it is taken out before
(`season.py`), and the names of the ways say whether it was.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ml.jobs.sales_forecast.season import SeasonFactors

_FALLBACK_PERIOD_COUNT = 8

# Values of the past, shape (n_periods,), and a horizon in periods → the forecast, shape (horizon,).
OneSeries = Callable[[NDArray, int], NDArray]


def ets() -> OneSeries:
    """Exponential smoothing with additive errors; without trend, with one, or with a damped one, by AICc."""
    from statsforecast.models import AutoETS

    return lambda values, horizon: AutoETS(season_length=1, model="AZN").forecast(y=values, h=horizon)["mean"]


def theta() -> OneSeries:
    """The optimised theta method (Fiorucci et al. 2016)."""
    from statsforecast.models import OptimizedTheta

    return lambda values, horizon: OptimizedTheta(season_length=1).forecast(y=values, h=horizon)["mean"]


class Arima:
    """ARIMA of the order that AutoARIMA finds for an example, with the parameters of the total.

    Parameters
    ----------
    example
        Shape (n_periods,).
    """

    def __init__(self, example: NDArray) -> None:
        from statsforecast.models import AutoARIMA

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            found = AutoARIMA(season_length=1, max_p=2, max_q=2, max_d=1, max_order=3).fit(_in_units_of_mean(example))
        model: Mapping[str, Any] = found.model_
        p, q, _, _, _, d, _ = model["arma"]
        self.order, self.has_constant = (p, d, q), bool({"intercept", "drift"}.intersection(model["coef"]))

    def fitted(self, total: NDArray) -> OneSeries:
        """The model with parameters of the total, shape (n_periods,), to be run over any series of the same length."""
        from statsforecast.models import ARIMA

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            model = ARIMA(order=self.order, include_constant=self.has_constant, method="CSS-ML")
            model.fit(_in_units_of_mean(total))
        return lambda values, horizon: model.forward(values, horizon)["mean"]


def each_series(model: OneSeries, values: NDArray, factors: SeasonFactors, horizon: int) -> NDArray:
    """Forecast every series without its season, shape (horizon, n_series); where that fails, its recent mean.

    Parameters
    ----------
    values
        Shape (n_periods, n_series).
    horizon
        In periods.
    """
    columns = [_one(model, values[:, column] / factors.past, horizon) for column in range(values.shape[1])]
    return np.column_stack(columns) * factors.ahead[:, None]


def _one(model: OneSeries, values: NDArray, horizon: int) -> NDArray:
    if not np.ptp(values):
        return np.full(horizon, values[-1])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            found = model(_in_units_of_mean(values), horizon) * np.abs(values).mean()
        except (ValueError, np.linalg.LinAlgError, ZeroDivisionError):
            found = np.full(horizon, np.nan)
    return np.where(np.isfinite(found), found, values[-_FALLBACK_PERIOD_COUNT:].mean())


def _in_units_of_mean(values: NDArray) -> NDArray:
    """Optimisers stop by absolute tolerances: no series may be so small that they stop at once."""
    return np.ascontiguousarray(values / max(np.abs(values).mean(), 1e-9))
