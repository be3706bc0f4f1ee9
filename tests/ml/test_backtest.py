"""Backtests: origins and builds, snapshots cut to what was known, replays and what they leave behind."""

from __future__ import annotations

from datetime import timedelta

import duckdb
import pandas as pd
import pytest

from ml.backtest.command import chosen_origins
from ml.backtest.history import History, builds_needed
from ml.backtest.recording import keep
from ml.backtest.replay import Origin, replay
from ml.backtest.report import as_markdown, as_text, by_candidate, findings, table
from ml.data.snapshots import Snapshots
from ml.jobs.registry import load_job
from ml.tracking import TrackingServer, champion_of
from tests.ml.jobs import job_at
from tests.ml.synthetic_shop import (
    AS_OF_DATE,
    DEFINITIONS,
    HORIZON_DAYS,
    SOURCE,
    labelled_at,
    simulated_orders,
    write_marts,
)
from warehouse.base.errors import ClienteleError
from warehouse.base.settings import Settings

HORIZON = timedelta(days=HORIZON_DAYS)
NEWEST = AS_OF_DATE - HORIZON
# One horizon apart, so that the winner of one was in service at the next; the first has no history before it.
ORIGINS = (NEWEST - timedelta(days=450), NEWEST - HORIZON, NEWEST)


def a_job(name: str):
    return job_at(name, HORIZON_DAYS)


@pytest.fixture(scope="module")
def history() -> History:
    orders = simulated_orders()
    days = {origin - n * timedelta(days=30) for origin in ORIGINS for n in (0, 3, 4, 5)}
    usable = [day for day in days if day >= AS_OF_DATE - timedelta(days=550)]
    rows = pd.concat([labelled_at(orders, day) for day in usable])
    rows = rows.sort_values(["customer_id", "as_of_date"], ignore_index=True)
    return History(SOURCE, ORIGINS, rows, DEFINITIONS)


@pytest.fixture(scope="module")
def replayed(history: History) -> dict[str, tuple[Origin, ...]]:
    return {
        "clv": tuple(replay(a_job("clv"), history, ["purchase_model"])),
        "churn": tuple(replay(a_job("churn"), history, ["purchase_model"])),
    }


def test_snapshots_of_the_newest_origin_are_those_of_a_training_today(history: History, snapshots: Snapshots):
    found = history.snapshots(NEWEST)
    assert found.as_of_date == AS_OF_DATE
    pd.testing.assert_frame_equal(found.training[snapshots.training.columns], snapshots.training)
    pd.testing.assert_frame_equal(found.evaluation[snapshots.evaluation.columns], snapshots.evaluation)
    assert "is_churned" not in found.scoring


def test_one_build_serves_all_origins_of_its_grid():
    days = [NEWEST - timedelta(days=n) for n in (0, 30, 90, 120, 150)]
    found = list(builds_needed(days, DEFINITIONS))
    assert found == [(NEWEST, [days[4], days[3], days[2], NEWEST]), (days[1], [days[1]])]


def test_origins_are_the_newest_that_can_be_judged():
    assert chosen_origins(AS_OF_DATE, (), 2, DEFINITIONS) == (NEWEST - timedelta(days=30), NEWEST)
    assert chosen_origins(AS_OF_DATE, [NEWEST, ORIGINS[0]], 6, DEFINITIONS) == (ORIGINS[0], NEWEST)
    with pytest.raises(ClienteleError, match="What followed 2025-04-03 is not known yet"):
        chosen_origins(AS_OF_DATE, [NEWEST + timedelta(days=1)], 6, DEFINITIONS)
    with pytest.raises(ClienteleError, match="at least one origin"):
        chosen_origins(AS_OF_DATE, (), 0, DEFINITIONS)


def test_a_longer_horizon_is_replayed_on_a_history_of_its_own():
    known = DEFINITIONS.model_copy(update={"clv_further_horizons_days": {"clv_365d": 365}})
    own = {name: load_job(name, known).history_definitions(known) for name in ("churn", "clv", "clv_365d")}
    assert chosen_origins(AS_OF_DATE, (), 1, own["clv_365d"]) == (AS_OF_DATE - timedelta(days=365),)
    assert own["churn"] == own["clv"] == known


@pytest.mark.parametrize("name", ["churn", "clv"])
def test_every_origin_has_figures_of_all_models_or_a_reason(replayed, name: str):
    first, second, third = replayed[name]
    assert "history is too short" in first.refusal
    for origin in (second, third):
        assert {figures.name for figures in origin.baselines} == a_job(name).baseline_names
        assert origin.champion is not None
        assert len({frozenset(f.metrics) for f in origin.figures if f.role == "candidate"}) == 1
    assert second.in_service is None
    assert third.in_service is not None
    assert third.training_dates[-1] == NEWEST - HORIZON


def test_baselines_are_all_of_the_jobs_baselines(snapshots: Snapshots):
    job = a_job("clv")
    made = {name: make() for name, make in job.candidate_makers(snapshots, job.input_columns(snapshots))}
    assert {name for name, candidate in made.items() if candidate.is_baseline} == a_job("clv").baseline_names


def test_a_replay_is_the_competition_of_that_day(replayed, history: History, snapshots: Snapshots):
    """The purchase model's figures are the same whether it is replayed or trained today."""
    job = a_job("clv")
    today = job.compete(snapshots, None, only=["purchase_model"])
    name = replayed["clv"][-1].champion
    assert replayed["clv"][-1].of(name).metrics["gini"] == pytest.approx(today.result(name).metrics["gini"])


def test_unknown_candidate_is_a_clear_error(history: History):
    with pytest.raises(ClienteleError, match="no candidate crystal_ball"):
        list(replay(a_job("clv"), history, ["crystal_ball"]))


def test_report_says_what_was_won_and_lost(replayed):
    origins = replayed["clv"]
    rows = table("clv", origins)
    text, lines = as_text(rows), findings("clv", origins)
    assert "2 of 3 origins evaluated" in lines[0]
    assert any(line.startswith("Model in service then beats every baseline on Gini at") for line in lines)
    assert f"{origins[2].champion} *" in text
    assert "refused: The history is too short" in text
    markdown = as_markdown("clv", [rows], lines)
    assert markdown.count("\n| 20") == len(rows) - 1
    assert findings("clv", origins[:1]) == ["No origin could be evaluated."]


def test_the_figures_of_a_candidate_over_all_origins_are_means(replayed):
    head, *rows = by_candidate("clv", replayed["clv"])
    found = {row[0]: dict(zip(head, row, strict=True)) for row in rows}
    rule = [one.metrics for origin in replayed["clv"] for one in origin.figures if one.name == "status_quo_rate"]
    assert found["status_quo_rate"]["origins"] == str(len(rule)) == "2"
    assert found["status_quo_rate"]["Gini (mean)"] == f"{(rule[0]['gini'] + rule[1]['gini']) / 2:.3f}"
    near = sum(0.8 <= one["level_ratio"] <= 1.25 for one in rule)
    assert found["status_quo_rate"]["predicted / actual from 0.8 to 1.25 at"] == str(near)
    assert found["in service then"]["origins"] == "1"


def test_a_backtest_is_kept_and_changes_no_model(fresh: Settings, replayed, snapshots: Snapshots):
    from mlflow import MlflowClient

    write_marts(fresh.build_file(SOURCE), snapshots)
    job, origins = a_job("clv"), replayed["clv"]
    backtest_id = keep(fresh, job, SOURCE, origins, "# the table")
    with duckdb.connect(str(fresh.build_file(SOURCE)), read_only=True) as connection:
        found = connection.execute("select * from quality.backtest").df()
    assert set(found["backtest_id"]) == {backtest_id}
    assert found.loc[found["role"] == "refused", "reason"].str.contains("too short").all()
    kept = found[(found["role"] == "in_service") & (found["metric_name"] == "gini")]
    assert kept["metric_value"].tolist() == [origins[2].in_service.metrics["gini"]]
    client = MlflowClient(fresh.tracking_uri, fresh.tracking_uri)
    runs = client.search_runs([client.get_experiment_by_name("crm_clv").experiment_id])
    roles = [run.data.tags["role"] for run in runs]
    assert (roles.count("backtest"), roles.count("backtest_origin")) == (1, 3)
    # Each candidate's figures over the origins, for MLflow's own charts.
    of_rule = next(run for run in runs if run.data.tags.get("candidate") == "status_quo_rate")
    kept = client.get_metric_history(of_rule.info.run_id, "gini")
    expected = [(n, one.of("status_quo_rate").metrics["gini"]) for n, one in enumerate(origins) if one.figures]
    assert sorted((one.step, one.value) for one in kept) == expected
    assert client.search_registered_models() == []
    assert champion_of(TrackingServer(fresh), job, SOURCE) is None


def test_the_command_refuses_a_source_that_is_not_there(settings: Settings, monkeypatch, capsys):
    from ml.__main__ import main

    monkeypatch.setenv("CLIENTELE_HOME", str(settings.home))
    assert main(["backtest", "--job", "clv", "--source", "cdnow", "--origins", "2"]) == 1
    said = capsys.readouterr().err
    assert "What to do:" in said
    assert not (settings.home / "backtest").exists()
