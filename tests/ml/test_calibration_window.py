"""Which season a calibration map is learned from: last year's where it exists and helps, otherwise the newest."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from ml.competition.results import Candidate
from ml.estimators.calibration import CalibratedByCustomer
from ml.estimators.parameters import CalibrationWindow
from ml.estimators.search import inside_validation
from ml.jobs.churn.calibration_window import WindowChoice, choose_window, same_season_rows, window_rows
from ml.jobs.churn.learning import for_serving

SETTINGS = CalibrationWindow(recent_snapshot_count=3, season_tolerance_days=45, fold_count=3)
NEWEST = pd.Timestamp("2025-03-01")
TARGETS = (date(2025, 6, 1), date(2025, 8, 30))


def stacked(level_of, snapshot_count: int = 13, seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame, np.ndarray]:
    """Rows, features and outcomes of monthly snapshots up to `NEWEST`; the level of churn is a function of the date."""
    random = np.random.default_rng(seed)
    dates = [NEWEST - pd.Timedelta(days=30 * back) for back in range(snapshot_count)]
    rows = pd.DataFrame(
        [(f"c{number:04d}", day) for number in range(300) for day in dates], columns=["customer_id", "as_of_date"]
    )
    features = pd.DataFrame({"x": random.normal(0, 1, len(rows))})
    log_odds = features["x"] + rows["as_of_date"].map({day: level_of(day) for day in dates})
    happened = (random.random(len(rows)) < 1 / (1 + np.exp(-log_odds))).astype(float)
    return rows, features, happened.to_numpy()


def chosen(level_of, snapshot_count: int = 13, targets: tuple[date, ...] = TARGETS) -> WindowChoice:
    rows, features, happened = stacked(level_of, snapshot_count)
    options = {"horizon_days": 90, "maximum_row_count": 10_000, "seed": 0}
    inside = inside_validation(features, happened, rows, **options)
    return choose_window(LogisticRegression(), rows, inside, targets=targets, settings=SETTINGS, seed=0)


def test_season_that_returns_is_used():
    choice = chosen(lambda day: 1.5 if day.month in (2, 3) else -1.5)
    assert choice.name == "same_season"
    assert choice.brier["same_season"] < choice.brier["recent"] - 0.05
    assert choice.record()["calibration_window"] == "same_season"


def test_last_year_that_was_different_is_not_used():
    choice = chosen(lambda day: 1.5 if day < NEWEST - pd.Timedelta(days=300) else -1.5)
    assert choice.name == "recent"
    assert choice.brier["recent"] < choice.brier["same_season"]


@pytest.mark.parametrize(("snapshot_count", "words"), [(6, "to predict"), (10, "to try the season on")])
def test_without_a_full_year_the_newest_snapshots_are_used(snapshot_count, words):
    choice = chosen(lambda _: 0.0, snapshot_count)
    assert choice.name == "recent"
    assert words in choice.reason


def test_windows_are_the_snapshots_they_say():
    dates = stacked(lambda _: 0.0)[0]["as_of_date"]
    near = dates[same_season_rows(dates, date(2025, 6, 1), SETTINGS)].unique()
    assert len(near) == 3
    assert (abs(pd.DatetimeIndex(near) - pd.Timestamp("2024-06-01")) <= pd.Timedelta(days=45)).all()
    recent = dates[window_rows(WindowChoice("recent", "", {}), dates, date(2025, 6, 1), SETTINGS)].unique()
    assert sorted(recent) == [NEWEST - pd.Timedelta(days=days) for days in (60, 30, 0)]


def test_map_of_a_season_has_its_level_and_the_same_ranking():
    rows, features, happened = stacked(lambda day: 1.0 if day.month in (5, 6) else -1.0)
    model = CalibratedByCustomer(LogisticRegression(), fold_count=3).fit(features, happened, rows["customer_id"])
    part = rows["as_of_date"].dt.month.isin([5, 6]).to_numpy()
    season = model.recalibrated(happened, part)
    before, after = (each.predict_proba(features)[:, 1] for each in (model, season))
    assert after[part].mean() == pytest.approx(happened[part].mean(), abs=0.01)
    assert np.array_equal(np.argsort(before, kind="stable"), np.argsort(after, kind="stable"))


def test_serving_uses_the_map_of_its_own_date():
    rows, features, happened = stacked(lambda day: 1.0 if day.month in (5, 6) else -1.0)
    model = CalibratedByCustomer(LogisticRegression(), fold_count=3).fit(features, happened, rows["customer_id"])
    season = model.recalibrated(happened, rows["as_of_date"].dt.month.isin([5, 6]).to_numpy())
    model.serving_map_ = season.map_
    served = for_serving(Candidate("logistic_regression", False, model)).estimator
    assert np.array_equal(served.predict_proba(features), season.predict_proba(features))
    assert not np.array_equal(served.predict_proba(features), model.predict_proba(features))
    plain = Candidate("rule", True, LogisticRegression())
    assert for_serving(plain) is plain
