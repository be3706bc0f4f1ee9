"""The season: levels of customers alike, a forecast from a year ago, and no more of it than there is evidence for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from skops.io import dump

from ml.configuration import load_configuration
from ml.contributions.shapley import Orders
from ml.data.dated_rows import eligible
from ml.data.features import model_frame
from ml.data.outcome_levels import outcome_levels
from ml.data.snapshots import Snapshots
from ml.estimators.baselines import OrderCountChurnRule, StatusQuoSpend
from ml.estimators.season import ScaledAmount, ShiftedClassifier
from ml.jobs.season import Season, SeasonSettings, churn_levels, season_of, spend_levels
from ml.tracking.serialisation import load_model_file
from tests.ml.jobs import job_at
from tests.ml.synthetic_shop import (
    AS_OF_DATE,
    DEFINITIONS,
    HORIZON_DAYS,
    labelled_at,
    simulated_orders,
    write_marts,
    write_movements,
)

pytestmark = pytest.mark.unit
SETTINGS = load_configuration(SeasonSettings, "season")
NEWEST = pd.Timestamp("2025-04-02")  # the newest known date of predictions at AS_OF_DATE
GROUPS = {0: 0.3, 1: 0.6, 2: 0.9}  # churn of customers by how long they have been away


def monthly(count: int) -> list[pd.Timestamp]:
    return [NEWEST - pd.Timedelta(days=30 * number) for number in range(count)][::-1]


def cells(count: int, shift_of, counts_of=lambda _: (1000, 1000, 1000)) -> pd.DataFrame:
    """Outcomes by date: churn has its group's log-odds plus a shift, spend its group's factor times exp(−shift)."""
    rows = []
    for day in monthly(count):
        for (group, rate), customers in zip(GROUPS.items(), counts_of(day), strict=True):
            odds = rate / (1 - rate) * np.exp(shift_of(day))
            spend = customers * 20.0 * (1 - rate)
            outcome = (customers * odds / (1 + odds), customers * 20.0, spend * np.exp(-shift_of(day)))
            rows.append((day, day + timedelta(days=90), group, customers, *outcome))
    names = ["as_of_date", "label_end_date", "recency_group", "customer_count", "churned_count"]
    return pd.DataFrame(rows, columns=[*names, "status_quo_amount", "future_net_amount"])


def season(levels: pd.Series, target: date = AS_OF_DATE) -> Season:
    return Season(levels, target, SETTINGS)


def by_calendar(day: pd.Timestamp) -> float:
    """High in summer, low in winter, the same in every year."""
    return float(0.6 * np.cos(2 * np.pi * (day.dayofyear - 200) / 365))


def test_levels_are_of_customers_alike() -> None:
    """Who is there changes between the dates, and their churn does not: all levels are the same."""
    changing = cells(6, lambda _: 0.0, lambda day: (3000, 500, 100) if day.month % 2 else (100, 500, 3000))
    assert churn_levels(changing).abs().max() < 0.01
    assert spend_levels(changing).abs().max() < 0.01


def test_levels_are_the_shifts_of_the_dates() -> None:
    days = monthly(13)
    shifts = pd.Series([by_calendar(day) for day in days], index=days)
    found, spend = (measure(cells(13, by_calendar)) for measure in (churn_levels, spend_levels))
    np.testing.assert_allclose(found - found.mean(), shifts - shifts.mean(), atol=0.01)
    np.testing.assert_allclose(spend - spend.mean(), -(shifts - shifts.mean()), atol=0.01)


@pytest.mark.parametrize("count", [19, 37])
def test_a_season_that_returns_is_followed(count: int) -> None:
    levels = pd.Series({day: by_calendar(day) for day in monthly(count)})
    found = season(levels).shift()
    wanted = by_calendar(pd.Timestamp(AS_OF_DATE)) - levels.iloc[-13:].mean()
    assert found.value == pytest.approx(wanted, abs=0.1)
    recent = season(levels).shift(list(levels.index[-3:]))
    assert recent.value == pytest.approx(by_calendar(pd.Timestamp(AS_OF_DATE)) - levels.iloc[-3:].mean(), abs=0.1)
    assert recent.record()["season_weight"] > 0.8


def test_a_trend_goes_on_and_is_not_turned_back_to_last_year() -> None:
    """A shop that won all its customers at once loses them slower and slower; the target is four steps later."""
    levels = pd.Series({day: -0.05 * number for number, day in enumerate(monthly(19))})
    found = season(levels).shift(list(levels.index[-3:]))
    assert found.expected == pytest.approx(4 * -0.05)
    assert -0.2 < found.value < 0


def test_chance_is_no_season() -> None:
    random = np.random.default_rng(0)
    shifts = [season(pd.Series(random.normal(0, 0.1, 25), index=monthly(25))).shift().value for _ in range(200)]
    assert np.mean(np.abs(shifts)) < 0.02


def test_a_level_that_never_moves_is_known_and_moves_nothing() -> None:
    found = season(pd.Series(0.0, index=monthly(25))).shift()
    assert (found.expected, found.value) == (0.0, 0.0)
    assert "no larger than what a year changes anyway" in found.reason


def test_a_year_that_was_wild_counts_less_than_one_that_came_again() -> None:
    random = np.random.default_rng(1)
    same = pd.Series({day: by_calendar(day) for day in monthly(25)})
    wild = same + random.normal(0, 0.4, 25)
    assert season(wild).shift().weight < season(same).shift().weight


@pytest.mark.parametrize("count", [0, 3, 12])
def test_without_a_year_there_is_none(count: int) -> None:
    levels = pd.Series({day: by_calendar(day) for day in monthly(count)}, dtype=float)
    found = season(levels).shift()
    assert (found.value, found.expected) == (0.0, None)
    assert "a year before" in found.record()["season_reason"]


def test_outcomes_that_are_not_known_yet_change_nothing(snapshots: Snapshots) -> None:
    known = cells(30, by_calendar)
    later = known.assign(
        churned_count=known["churned_count"].where(
            known["label_end_date"] <= pd.Timestamp(snapshots.evaluation_date), 1
        )
    )
    assert not known.equals(later)
    first, second = (
        season_of(replace(snapshots, levels=levels), SETTINGS, of_amounts=False).shift() for levels in (known, later)
    )
    assert first == second
    serving = replace(snapshots, levels=known, is_for_serving=True)
    assert season_of(serving, SETTINGS, of_amounts=False).target == AS_OF_DATE


def test_sums_are_those_of_the_orders(tmp_path: Path, snapshots: Snapshots) -> None:
    """Against the features and labels that the synthetic shop computes from its orders in another way."""
    orders = simulated_orders()
    file = tmp_path / "shop.duckdb"
    write_marts(file, snapshots)
    write_movements(file, orders)
    with duckdb.connect(str(file)) as connection:
        connection.execute("update intermediate.int_snapshot_dates set first_known_date = '2023-07-02'")
        found = outcome_levels(connection, AS_OF_DATE, HORIZON_DAYS, DEFINITIONS)
    assert found is not None
    assert found["as_of_date"].max().date() == AS_OF_DATE - timedelta(days=HORIZON_DAYS)
    assert found["as_of_date"].min().date() >= date(2023, 7, 2) + timedelta(days=90)
    sums = found.groupby("as_of_date").sum(numeric_only=True)
    for day in (sums.index[0], sums.index[7], sums.index[-1]):
        alike = eligible(labelled_at(orders, day.date()))
        spend = alike["future_net_amount"]
        rate = StatusQuoSpend(HORIZON_DAYS, 30).fit(alike).predict(alike)
        at = sums.loc[day]
        assert (at["customer_count"], at["churned_count"]) == (len(alike), alike["is_churned"].sum())
        assert at["future_net_amount"] == pytest.approx(spend.clip(upper=spend.quantile(0.99)).sum())
        assert at["status_quo_amount"] == pytest.approx(rate.sum())
        long_away = found[(found["as_of_date"] == day) & (found["recency_group"] == 7)]["customer_count"].sum()
        assert long_away == (alike["days_since_last_order"] > 270).sum()


def test_a_whole_year_has_no_season(tmp_path: Path, snapshots: Snapshots) -> None:
    write_marts(tmp_path / "shop.duckdb", snapshots)
    write_movements(tmp_path / "shop.duckdb", simulated_orders())
    with duckdb.connect(str(tmp_path / "shop.duckdb")) as connection:
        connection.execute("update intermediate.int_snapshot_dates set first_known_date = '2023-07-02'")
        assert outcome_levels(connection, AS_OF_DATE, 180, DEFINITIONS) is not None
        assert outcome_levels(connection, AS_OF_DATE, 365, DEFINITIONS) is None


def test_marts_without_movements_have_no_season(tmp_path: Path, snapshots: Snapshots) -> None:
    write_marts(tmp_path / "shop.duckdb", snapshots)
    with duckdb.connect(str(tmp_path / "shop.duckdb")) as connection:
        assert outcome_levels(connection, AS_OF_DATE, HORIZON_DAYS, DEFINITIONS) is None


def test_every_model_takes_its_level_and_rules_stay_simple(snapshots: Snapshots) -> None:
    seasonal = replace(snapshots, levels=cells(30, by_calendar))
    for name, amount in (("churn", False), ("clv", True)):
        job = job_at(name, HORIZON_DAYS)
        columns = job.usable(snapshots)[0]
        holdout = model_frame(eligible(snapshots.evaluation))
        makers, plain = (dict(job.candidate_makers(rows, columns)) for rows in (seasonal, snapshots))
        for recipe in ("purchase_model", "order_count_rule" if name == "churn" else "status_quo_rate"):
            moved, still = (each[recipe]() for each in (makers, plain))
            predicted, former = (job.predicted(each.estimator, holdout) for each in (moved, still))
            scale = np.log if amount else lambda p: np.log(p / (1 - p))
            shift = moved.parameters.get("season_shift", 0.0)
            assert bool(shift) == (recipe == "purchase_model")
            inner = (former > 0) & (former < (np.inf if amount else 1))
            np.testing.assert_allclose(scale(predicted[inner]), scale(former[inner]) + shift, atol=1e-3)
        assert plain["purchase_model"]().parameters["season_shift"] == 0.0


def test_a_shifted_classifier_explains_what_it_serves(tmp_path: Path, snapshots: Snapshots) -> None:
    rows = eligible(snapshots.evaluation).head(200)
    frame = model_frame(rows)[["order_count_365d", "days_since_last_order"]]
    inner = OrderCountChurnRule().fit(frame, rows["is_churned"])
    check_explained(tmp_path, ShiftedClassifier(inner, 0.7), frame, lambda each: odds(each.predict_proba(frame)[:, 1]))


def test_a_scaled_amount_explains_what_it_serves(tmp_path: Path, snapshots: Snapshots) -> None:
    frame = model_frame(eligible(snapshots.evaluation).head(200))[["tenure_days", "net_amount_365d"]]
    check_explained(
        tmp_path, ScaledAmount(StatusQuoSpend(90).fit(frame), 1.7), frame, lambda each: np.log1p(each.predict(frame))
    )


def odds(probability: np.ndarray) -> np.ndarray:
    kept = np.clip(probability, 1e-6, 1 - 1e-6)
    return np.log(kept / (1 - kept))


def check_explained(folder: Path, estimator, frame: pd.DataFrame, score) -> None:
    found = estimator.contributions(frame, frame, Orders(1, 0))
    np.testing.assert_allclose(found.base + found.values.sum(axis=1), score(estimator), atol=1e-6)
    dump(estimator, folder / "model.skops")
    np.testing.assert_array_equal(score(load_model_file(folder / "model.skops")), score(estimator))
