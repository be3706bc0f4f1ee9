"""Figures and tables of the forecasts for MLflow."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ml.jobs.sales_forecast.forecast import Forecast


def figures(forecasts: Sequence[Forecast]) -> dict[str, float]:
    """Means over measures of the weekly forecasts that serve, and each panel's own."""
    found: dict[str, float] = {}
    for forecast in forecasts:
        about = f"{forecast.panel.measure}_{forecast.panel.frequency}"
        serving = forecast.choice.contender(forecast.way).figures
        found |= {f"{about}_{name}": value for name, value in serving.items()}
        found |= {
            f"{about}_coverage_{round(level * 100)}": float(inside.mean()) for level, inside in forecast.inside.items()
        }
    weekly = [forecast for forecast in forecasts if forecast.panel.frequency == "week"]
    rules = [forecast.choice.contender(forecast.choice.baseline).figures["mase"] for forecast in weekly]
    return {
        "mase": float(np.mean([forecast.choice.contender(forecast.way).figures["mase"] for forecast in weekly])),
        "rule_mase": float(np.mean(rules)),
        "coverage_80": float(np.mean([forecast.inside[0.8].mean() for forecast in weekly])),
        "coverage_95": float(np.mean([forecast.inside[0.95].mean() for forecast in weekly])),
        **found,
    }


def documents(forecasts: Sequence[Forecast]) -> dict[str, object]:
    """The trial by origin, way and series."""
    return {"trial.json": [_trial(forecast) for forecast in forecasts]}


def _trial(forecast: Forecast) -> dict[str, object]:
    trial = forecast.trial
    origins = [day.date().isoformat() for day in trial.origins]
    ways = list(trial.forecasts)
    return {
        "measure_name": forecast.panel.measure,
        "frequency": forecast.panel.frequency,
        "serving": forecast.way,
        "season_is_taken_out": trial.season.fullest.has_season,
        "effect_of_a_holiday": round(trial.season.fullest.day_off_effects[0], 4),
        "effect_of_a_day_at_the_turn_of_the_year": round(trial.season.fullest.day_off_effects[1], 4),
        "mase_by_origin": {way: _by(origins, np.nanmean(trial.scaled_errors(way), axis=1)) for way in ways},
        "mase_of_total_by_origin": {way: _by(origins, trial.scaled_errors(way)[:, 0]) for way in ways},
        "mase_by_series": _by(
            [" ".join(name) for name in forecast.panel.names], np.nanmean(trial.scaled_errors(forecast.way), axis=0)
        ),
        "coverage_by_origin": {
            str(level): _by(origins, inside.mean(axis=(1, 2))) for level, inside in forecast.inside.items()
        },
        "coverage_by_series": {
            str(level): _by([" ".join(name) for name in forecast.panel.names], inside.mean(axis=(0, 1)))
            for level, inside in forecast.inside.items()
        },
    }


def _by(names: Sequence[str], values: NDArray) -> dict[str, float | None]:
    rounded = [round(float(value), 4) if np.isfinite(value) else None for value in values]
    return dict(zip(names, rounded, strict=True))
