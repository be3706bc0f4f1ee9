"""Watching from end to end: a model is trained and scores, time passes, and what happened is held against it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from ml.data.dated_rows import eligible
from ml.data.outcomes import outcomes_after
from ml.data.snapshots import Snapshots
from ml.jobs.lifetime_value import LifetimeValueJob
from ml.jobs.registry import load_job
from ml.lifecycle.retraining import reason_to_train
from ml.lifecycle.scoring import score
from ml.lifecycle.training import train
from ml.tracking import TrackingServer, champion_of
from ml.watching.evidence import Evidence, watch
from tests.homes import with_tracking
from tests.ml.jobs import job_at, only, run_of
from tests.ml.synthetic_shop import (
    AS_OF_DATE,
    DEFINITIONS,
    EARLIER,
    HORIZON_DAYS,
    SOURCE,
    labelled_at,
    simulated_orders,
    snapshots_at,
    write_marts,
    write_movements,
)
from warehouse.base.settings import Settings
from warehouse.tables.scores import create_score_tables, write_scores

JOB = job_at("clv", HORIZON_DAYS)
HALF_YEAR = load_job("clv_180d")


@pytest.fixture(scope="module")
def orders() -> pd.DataFrame:
    return simulated_orders()


@pytest.fixture(scope="module")
def today(orders: pd.DataFrame) -> Snapshots:
    return snapshots_at(orders, AS_OF_DATE)


@pytest.fixture(scope="module")
def scored(
    tmp_path_factory: pytest.TempPathFactory, orders: pd.DataFrame, today: Snapshots, empty_tracking: Path
) -> Settings:
    """A home whose clv model was trained and scored one horizon ago; the marts are those of today."""
    settings = Settings(home=tmp_path_factory.mktemp("watched"), mlflow_tracking_uri="", memory_limit="1GB")
    with_tracking(settings, empty_tracking)
    write_marts(settings.build_file(SOURCE), snapshots_at(orders, EARLIER))
    with pytest.MonkeyPatch.context() as patch:
        only(patch, LifetimeValueJob, "purchase_model_all_orders")
        train(settings, "clv", SOURCE, EARLIER, definitions=DEFINITIONS)
    score(settings, "clv", SOURCE, EARLIER, definitions=DEFINITIONS)
    again = train(settings, "clv", SOURCE, EARLIER, definitions=DEFINITIONS)
    assert again.status == "not_retrained"
    assert "scores PSI 0.00, 0 of" in again.reason
    write_marts(settings.build_file(SOURCE), today)
    write_movements(settings.build_file(SOURCE), orders)
    return settings


@pytest.fixture
def home(scored: Settings, tmp_path: Path) -> Settings:
    """A copy of the data; MLflow's files are only read."""
    settings = Settings(home=tmp_path / "home", mlflow_tracking_uri=scored.tracking_uri, memory_limit="1GB")
    settings.warehouse_folder.mkdir(parents=True)
    shutil.copy(scored.build_file(SOURCE), settings.build_file(SOURCE))
    return settings


def look(settings: Settings, snapshots: Snapshots):
    server = TrackingServer(settings)
    champion = champion_of(server, JOB, SOURCE)
    evidence = watch(run_of(settings, JOB, SOURCE, snapshots.as_of_date, definitions=DEFINITIONS), snapshots, champion)
    columns = JOB.input_columns(snapshots)
    return evidence, reason_to_train(champion, AS_OF_DATE, columns, 365, force=False, evidence=evidence.retrain_reason)


def read(settings: Settings, query: str) -> pd.DataFrame:
    with duckdb.connect(str(settings.build_file(SOURCE)), read_only=True) as connection:
        return connection.execute(query).df()


def test_outcomes_are_those_of_the_labels(home: Settings, orders: pd.DataFrame):
    with duckdb.connect(str(home.build_file(SOURCE)), read_only=True) as connection:
        found = outcomes_after(connection, EARLIER, HORIZON_DAYS).set_index("customer_id")
    labels = labelled_at(orders, EARLIER).set_index("customer_id")
    assert found.index.tolist() == sorted(labels.index)
    assert (found["is_churned"] == labels["is_churned"]).all()
    assert (found["future_net_amount"] - labels["future_net_amount"]).abs().max() < 1e-6
    assert (found["days_since_last_order"] == labels["days_since_last_order"]).all()
    assert (found["net_amount_365d"] - labels["net_amount_365d"]).abs().max() < 1e-6


def test_a_model_that_keeps_its_word_is_left_in_peace(home: Settings, today: Snapshots, orders: pd.DataFrame):
    evidence, reason = look(home, today)
    assert (evidence.retrain_reason, reason) == (None, None)
    assert f"The scores of {EARLIER} for {HORIZON_DAYS} days reached gini" in evidence.words
    realised = read(home, "select * from quality.realised_performance").set_index("metric_name")
    rows = eligible(labelled_at(orders, EARLIER))
    assert realised.loc["gini", "customer_count"] == len(rows)
    assert set(realised["status"]) == {"ok"}
    assert realised.loc["gini", "metric_value"] > 0.3
    assert realised.loc["gini", "expected_value"] > 0.3
    assert realised["baseline_value"].notna().all()
    drift = read(home, "select * from quality.drift where as_of_date = (select max(as_of_date) from quality.drift)")
    assert "(score)" in set(drift["column_name"])
    assert set(drift["reference_date"].dt.date) == {EARLIER}
    look(home, today)
    assert len(read(home, "select * from quality.realised_performance")) == len(realised)
    assert read(home, "select count(*) from quality.drift where as_of_date = (select max(as_of_date) from "
                "quality.drift)").iloc[0, 0] == len(drift)  # fmt: skip


def test_scores_that_did_not_come_true_ask_for_training(home: Settings, today: Snapshots):
    with duckdb.connect(str(home.build_file(SOURCE))) as connection:
        connection.execute("update scores.customer_clv set predicted_amount = 1000000 / (1 + predicted_amount)")
    evidence, reason = look(home, today)
    assert reason == evidence.retrain_reason
    assert f"the scores of {EARLIER} for {HORIZON_DAYS} days did not come true (gini" in reason
    assert "predicted / actual" in reason
    # a training that knew this outcome has answered it
    with duckdb.connect(str(home.build_file(SOURCE))) as connection:
        connection.execute(
            "insert into quality.model_promotions by name select * replace (? as as_of_date, 'champion_kept' as "
            "decision, decided_at + interval 1 day as decided_at) from quality.model_promotions limit 1",
            [AS_OF_DATE],
        )
    assert look(home, today)[1] is None


def test_another_crowd_of_customers_asks_for_training(home: Settings, today: Snapshots):
    recent = [f"{what}_{days}d" for what in ("net_amount", "order_count") for days in (30, 90, 180, 365)]
    moved = today.scoring.assign(**dict.fromkeys([*recent, "repeat_order_count", "first_to_last_order_days"], 0.0))
    evidence, reason = look(home, replace(today, scoring=moved))
    assert reason and "drifted" in reason, evidence
    drift = read(home, "select * from quality.drift where status = 'drifted'").set_index("column_name")
    assert drift.loc["net_amount_365d", "psi"] > drift.loc["net_amount_365d", "drifted_from"] >= 0.25


def test_too_few_customers_give_no_verdict(home: Settings, today: Snapshots):
    evidence, _ = look(home, replace(today, scoring=today.scoring.head(40)))
    assert evidence.retrain_reason is None
    assert set(read(home, f"select status from quality.drift where as_of_date = '{AS_OF_DATE}'")["status"]) == {
        "too_few"
    }


def test_scores_that_are_not_mature_are_not_judged(home: Settings, today: Snapshots):
    with duckdb.connect(str(home.build_file(SOURCE))) as connection:
        connection.execute("update scores.customer_clv set horizon_days = horizon_days + 1")
    look(home, today)
    assert read(home, "select * from quality.realised_performance").empty


def write_long_forecasts(settings: Settings, version: str) -> pd.DataFrame:
    """Scores of 180 days ago that said exactly what came. Returns what came, by customer."""
    day = AS_OF_DATE - timedelta(days=180)
    with duckdb.connect(str(settings.build_file(SOURCE))) as connection:
        create_score_tables(connection)
        came = outcomes_after(connection, day, 180)
        scores = pd.DataFrame({"customer_id": came["customer_id"], "predicted_amount": came["future_net_amount"]})
        scores = scores.assign(
            as_of_date=day,
            horizon_days=180,
            status="scored",
            model_name=HALF_YEAR.model_name,
            model_version=version,
            scored_at=pd.Timestamp(day),
        )
        write_scores(connection, HALF_YEAR.score_table, scores)
        connection.execute(
            "insert into quality.model_promotions by name select now()::timestamp as decided_at, ? as job, ? as "
            "source, ?::date as as_of_date, ? as model_name, ? as model_version, 'two_stage' as candidate, "
            "'promoted' as decision, '' as reason, 'gini' as metric_name, 0.5 as metric_value",
            [HALF_YEAR.name, SOURCE, day, HALF_YEAR.model_name, version],
        )
    return came


def look_at_half_year(settings: Settings, today: Snapshots, serving_version: str) -> Evidence:
    """What is found of the job that looks 180 days ahead, while a version serves."""
    server = TrackingServer(settings)
    serving = replace(champion_of(server, JOB, SOURCE), version=serving_version)
    return watch(
        run_of(settings, HALF_YEAR, SOURCE, AS_OF_DATE, definitions=DEFINITIONS),
        today,
        serving,
    )


def test_a_long_forecast_is_judged_once_it_is_over(home: Settings, today: Snapshots):
    came = write_long_forecasts(home, "7")
    evidence = look_at_half_year(home, today, "7")
    assert f"The scores of {AS_OF_DATE - timedelta(days=180)} for 180 days reached gini 1.000 (0.500" in evidence.words
    found = read(home, "select * from quality.realised_performance where job = 'clv_180d'")
    assert found["customer_count"].tolist() == [len(came)] * 3
    assert set(found["horizon_days"]) == {180}


@pytest.mark.parametrize("serves", [True, False])
def test_a_long_forecast_that_failed_asks_only_while_its_version_serves(home: Settings, today: Snapshots, serves: bool):
    write_long_forecasts(home, "7" if serves else "6")
    with duckdb.connect(str(home.build_file(SOURCE))) as connection:
        connection.execute("update scores.customer_clv_180d set predicted_amount = 9000 / (1 + predicted_amount)")
    asks = look_at_half_year(home, today, "7").retrain_reason
    assert ("for 180 days did not come true (gini" in (asks or "")) == serves
    statuses = read(home, "select metric_name, status from quality.realised_performance where horizon_days = 180")
    assert set(map(tuple, statuses.to_numpy())) >= {("level_ratio", "decayed")}


def watched_churn(home: Settings, orders: pd.DataFrame, today: Snapshots, probability_of) -> pd.DataFrame:
    """What watching finds of churn scores a horizon ago, by metric; `probability_of` gets the labelled rows."""
    job = job_at("churn", HORIZON_DAYS)
    rows = eligible(labelled_at(orders, EARLIER))
    scores = pd.DataFrame(
        {
            "customer_id": rows["customer_id"],
            "as_of_date": EARLIER,
            "churn_probability": probability_of(rows),
            "horizon_days": HORIZON_DAYS,
            "status": "scored",
            "model_name": "crm_churn",
            "model_version": "1",
            "scored_at": pd.Timestamp("2025-01-01"),
        }
    )
    with duckdb.connect(str(home.build_file(SOURCE))) as connection:
        create_score_tables(connection)
        write_scores(connection, "customer_churn", scores)
    watch(run_of(home, job, SOURCE, AS_OF_DATE, definitions=DEFINITIONS), today, None)
    found = read(home, "select * from quality.realised_performance where job = 'churn'")
    return found.set_index("metric_name")


def test_a_constant_has_decayed(home: Settings, orders: pd.DataFrame, today: Snapshots):
    earlier = eligible(labelled_at(orders, EARLIER - timedelta(days=HORIZON_DAYS)))
    found = watched_churn(home, orders, today, lambda rows: np.full(len(rows), earlier["is_churned"].mean()))
    assert found.loc["brier", "status"] == "decayed"
    assert "of the last rate for everybody" in found.loc["brier", "reason"]


def test_probabilities_of_a_wrong_level_have_decayed(home: Settings, orders: pd.DataFrame, today: Snapshots):
    found = watched_churn(home, orders, today, lambda rows: rows["is_churned"] * 0.6 + 0.01)
    assert found.loc["brier", "status"] == "ok"
    assert found.loc["expected_calibration_error", "status"] == "decayed"


def test_churn_scores_are_judged_against_the_rules_of_their_date(
    home: Settings, orders: pd.DataFrame, today: Snapshots
):
    found = watched_churn(home, orders, today, lambda rows: rows["is_churned"].astype(float))
    assert found.loc[["roc_auc", "brier", "level_ratio"], "metric_value"].tolist() == [1, 0, 1]
    assert 0.5 < found.loc["roc_auc", "baseline_value"] < 1
    assert 0 < found.loc["brier", "baseline_value"] < 0.3
    assert found["baseline_name"].tolist().count("last_churn_rate") == 2
