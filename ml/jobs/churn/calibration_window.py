"""The choice of snapshots to fit a calibration map on: the newest, or those of the same season a year earlier.

The season changes the level of churn by many percentage points and hardly the ranking. The same season corrects for
that where a full year of history exists, and harms where it does not, so it is used only if it is better on a
validation set inside the training snapshots.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from ml.contributions.scales import raw_score
from ml.estimators.calibration import fitted_map, mapped, out_of_fold_score
from ml.estimators.parameters import CalibrationWindow
from ml.estimators.search import InsideValidation
from ml.evaluation.metrics import brier

_DAYS_OF_A_YEAR = 365


@dataclass(frozen=True)
class WindowChoice:
    """The chosen window, and why.

    Attributes
    ----------
    brier
        Brier score of each window on the newest training snapshot, where it could be tried.
    """

    name: Literal["same_season", "recent"]
    reason: str
    brier: Mapping[str, float]

    def record(self) -> dict[str, object]:
        """Values for the run's parameters."""
        figures = {f"calibration_inside_brier_{name}": round(value, 6) for name, value in self.brier.items()}
        return {"calibration_window": self.name, "calibration_window_reason": self.reason, **figures}


def recent_rows(dates: pd.Series, settings: CalibrationWindow) -> NDArray:
    """Mask of the rows of the newest snapshots, shape (n_rows,)."""
    return dates.isin(sorted(dates.unique())[-settings.recent_snapshot_count :]).to_numpy()


def same_season_rows(dates: pd.Series, target: date | pd.Timestamp, settings: CalibrationWindow) -> NDArray:
    """Mask of the rows of snapshots near the date one year before `target`, shape (n_rows,); possibly all False."""
    distance = (dates - (pd.Timestamp(target) - timedelta(days=_DAYS_OF_A_YEAR))).abs()
    return (distance <= timedelta(days=settings.season_tolerance_days)).to_numpy()


def window_rows(choice: WindowChoice, dates: pd.Series, target: date, settings: CalibrationWindow) -> NDArray:
    """Mask of the rows that the chosen window has for predictions at `target`, shape (n_rows,)."""
    return same_season_rows(dates, target, settings) if choice.name == "same_season" else recent_rows(dates, settings)


def choose_window(
    model: Pipeline,
    rows: pd.DataFrame,
    inside: InsideValidation | None,
    *,
    targets: tuple[date, ...],
    settings: CalibrationWindow,
    seed: int,
) -> WindowChoice:
    """Compare both windows on the newest training snapshot, with one simple model.

    Parameters
    ----------
    rows
        The training rows of `inside`.
    targets
        Dates of the predictions; the same season must exist for each.
    """
    dates = rows["as_of_date"]
    if not all(same_season_rows(dates, target, settings).any() for target in targets):
        return WindowChoice("recent", "no training snapshot a year before the dates to predict", {})
    if inside is None:
        return WindowChoice("recent", "no earlier snapshots to try the season on", {})
    figures = _inside_brier(model, rows, inside, settings, seed)
    if "same_season" not in figures:
        return WindowChoice("recent", "no training snapshot a year before the newest one to try the season on", figures)
    if figures["same_season"] < figures["recent"]:
        return WindowChoice("same_season", "better Brier score inside the training snapshots", figures)
    return WindowChoice("recent", "last year's season gave no better Brier score inside", figures)


def _inside_brier(
    model: Pipeline, rows: pd.DataFrame, inside: InsideValidation, settings: CalibrationWindow, seed: int
) -> dict[str, float]:
    known = rows.iloc[inside.fitted_on]
    features, churned = inside.features.iloc[inside.fitted_on], inside.outcome[inside.fitted_on].astype(int)
    folds = {"fold_count": settings.fold_count, "seed": seed}
    scores = out_of_fold_score(model, features, churned, known["customer_id"], **folds)
    validation_score = raw_score(model.fit(features, churned), inside.features.iloc[inside.evaluated_on])
    windows = {
        "recent": recent_rows(known["as_of_date"], settings),
        "same_season": same_season_rows(known["as_of_date"], rows["as_of_date"].max(), settings),
    }
    outcome = inside.outcome[inside.evaluated_on]
    return {
        name: brier(outcome, mapped(fitted_map("sigmoid", scores[part], churned[part]), validation_score))
        for name, part in windows.items()
        if len(np.unique(churned[part])) > 1
    }
