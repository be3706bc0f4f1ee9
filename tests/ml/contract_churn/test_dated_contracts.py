"""Contracts whose ends carry dates: learned from earlier snapshots, judged on a later one, watched afterwards."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from ml.competition.results import Competition
from ml.data.contract_features import contract_frame
from ml.data.contracts import Contracts, read_contracts
from ml.data.dated_rows import LeakError, check_no_leak
from ml.data.outcomes import contract_outcomes_after
from ml.evaluation.metrics import roc_auc
from ml.jobs.contract_churn.job import ContractChurnJob
from ml.lifecycle.retraining import reason_to_train
from ml.lifecycle.scoring import score
from ml.lifecycle.training import train
from ml.tracking import champion_of
from ml.watching.evidence import watch
from tests.homes import with_tracking
from tests.ml.jobs import run_of
from warehouse.base.build_file import BuildFile
from warehouse.base.errors import ModelUnavailable
from warehouse.base.settings import Settings

from .conftest import without_search
from .dated_source import (
    AS_OF_DATE,
    EVALUATION_DATE,
    HORIZON_DAYS,
    SOURCE,
    built,
    drawn_subscriptions,
    known_before,
)

HORIZON = pd.Timedelta(days=HORIZON_DAYS)


@pytest.fixture(scope="module")
def subscriptions() -> pd.DataFrame:
    return drawn_subscriptions()


@pytest.fixture(scope="module")
def today(tmp_path_factory: pytest.TempPathFactory, subscriptions: pd.DataFrame) -> Settings:
    """The marts as of the date; the files hold five months more."""
    return built(tmp_path_factory.mktemp("today"), subscriptions, AS_OF_DATE)


@pytest.fixture(scope="module")
def earlier(
    tmp_path_factory: pytest.TempPathFactory, subscriptions: pd.DataFrame, two_families, empty_tracking: Path
) -> Settings:
    """One horizon before: what came later is not in the files. Trained and scored then."""
    settings = built(tmp_path_factory.mktemp("earlier"), known_before(subscriptions, EVALUATION_DATE), EVALUATION_DATE)
    with_tracking(settings, empty_tracking)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("ml.jobs.contract_churn.job.load_configuration", lambda *_: without_search(two_families))
        outcome = train(settings, "contract_churn", SOURCE, EVALUATION_DATE)
        assert outcome.status == "promoted", outcome.reason
        report = score(settings, "contract_churn", SOURCE, EVALUATION_DATE)
    assert report.rows_by_status["scored"] > 300
    return settings


@pytest.fixture(scope="module")
def contracts(today: Settings) -> Contracts:
    return read_contracts(BuildFile(today, SOURCE), AS_OF_DATE, HORIZON_DAYS)


@pytest.fixture(scope="module")
def competition(contracts: Contracts, two_families) -> Competition:
    job = ContractChurnJob(HORIZON_DAYS, two_families)
    job.check(contracts)
    return job.compete(contracts, None)


def expected_label(rows: pd.DataFrame, subscriptions: pd.DataFrame) -> pd.Series:
    ended = rows["subscription_id"].map(subscriptions.set_index("subscription_id")["ended_at"])
    return ended < rows["as_of_date"] + HORIZON


def test_it_learns_from_earlier_snapshots_and_is_judged_on_a_later_one(contracts: Contracts):
    assert contracts.design == "snapshots"
    assert contracts.evaluation_date == EVALUATION_DATE
    assert len(contracts.training_dates) > 3
    # The last training label was known when the evaluation snapshot was taken, and its label is known today.
    assert contracts.training_dates[-1] + HORIZON.to_pytimedelta() <= EVALUATION_DATE
    assert EVALUATION_DATE + HORIZON.to_pytimedelta() <= AS_OF_DATE


def test_labels_are_what_happened_within_the_horizon(contracts: Contracts, subscriptions: pd.DataFrame):
    for rows in (contracts.training, contracts.evaluation):
        assert (rows["is_churned"].astype(bool) == expected_label(rows, subscriptions)).all()
        ended = rows["subscription_id"].map(subscriptions.set_index("subscription_id")["ended_at"])
        assert ((ended >= rows["as_of_date"]) | ended.isna()).all(), "only contracts that still run have a row"
        assert rows["is_churned"].nunique() == 2


def test_the_future_is_in_the_files_and_changes_nothing(today: Settings, earlier: Settings, subscriptions):
    """Features and labels of every date that both builds have are the same, though one file ends a horizon earlier."""
    later = subscriptions["ended_at"].between(pd.Timestamp(EVALUATION_DATE), pd.Timestamp(AS_OF_DATE))
    assert later.sum() > 50
    with_future, without = (
        read_contracts(BuildFile(settings, SOURCE), day, HORIZON_DAYS)
        for settings, day in ((today, AS_OF_DATE), (earlier, EVALUATION_DATE))
    )
    dates = sorted(set(with_future.training_dates) & set(without.training_dates))
    assert len(dates) >= 3
    ours, theirs = (
        part.training[part.training["as_of_date"].isin(pd.to_datetime(dates))].reset_index(drop=True)
        for part in (with_future, without)
    )
    pd.testing.assert_frame_equal(ours, theirs)
    # The evaluation rows of today are the scoring rows of then.
    then = without.scoring[without.scoring["is_eligible"]].sort_values("subscription_id", ignore_index=True)
    columns = tuple(name for name in contract_frame(then).columns if name != "total_charges_amount")
    pd.testing.assert_frame_equal(contract_frame(with_future.evaluation, columns), contract_frame(then, columns))
    shared = ["subscription_id", "duration_months", "is_ended"]
    known = without.scoring.merge(with_future.histories[shared], on="subscription_id")
    assert (known["is_ended"] == ~known["is_eligible"]).all(), "histories know no end after the evaluation date"


def test_what_drives_the_ends_is_found(competition: Competition, contracts: Contracts, two_families):
    assert competition.decision.verdict == "promoted", competition.decision.reason
    best = competition.result(competition.decision.contender)
    assert best.metrics["roc_auc"] > competition.result("contract_type_only").metrics["roc_auc"] + 0.05
    # The best that anyone could say, who knew the process: the chance of an end within three months.
    rows = ContractChurnJob(HORIZON_DAYS, two_families).evaluation_rows(contracts)
    support = contract_frame(rows)["attribute_has_support"].to_numpy() == 1
    monthly, months = rows["term_months"].to_numpy() == 1, rows["months_to_term_end"].to_numpy(dtype=float)
    known = np.where(monthly, 1 - (1 - np.where(support, 0.03, 0.12)) ** 3, np.where(months <= 3, 0.3, 0))
    assert best.metrics["roc_auc"] > roc_auc(rows["is_churned"].to_numpy(dtype=float), known) - 0.04


def test_the_calendar_of_terms_is_a_baseline(competition: Competition, contracts: Contracts, two_families):
    """Yearly contracts end with their term or not at all; the rule knows it, whatever else it does not know."""
    rule = competition.result("term_end_only")
    assert rule.candidate.is_baseline
    rows = ContractChurnJob(HORIZON_DAYS, two_families).evaluation_rows(contracts)
    yearly, months = rows["term_months"].to_numpy() > 1, rows["months_to_term_end"].to_numpy(dtype=float)
    assert rule.prediction[yearly & (months > 4)].mean() < 0.05
    assert rule.prediction[yearly & (months <= 3)].mean() > 0.2
    assert rule.metrics["roc_auc"] > competition.result("contract_type_only").metrics["roc_auc"] + 0.03


def test_parameters_are_searched_on_the_newest_training_snapshot(competition: Competition):
    record = competition.result("gradient_boosting").candidate.parameters
    assert record["search"] == "2 trials, newest training snapshot"
    assert record["search_auc"] >= record["search_auc_of_defaults"]


def test_shuffled_labels_are_worth_half(contracts: Contracts, two_families):
    shuffled = {
        role: rows.assign(is_churned=rows["is_churned"].sample(frac=1, random_state=5).to_numpy())
        for role, rows in (("training", contracts.training), ("evaluation", contracts.evaluation))
    }
    found = ContractChurnJob(HORIZON_DAYS, two_families).compete(replace(contracts, **shuffled), None)
    assert found.result("logistic_regression").metrics["roc_auc"] == pytest.approx(0.5, abs=0.08)
    assert found.result("gradient_boosting").metrics["roc_auc"] == pytest.approx(0.5, abs=0.08)
    assert found.decision.verdict == "baseline_serves"


def test_a_label_that_is_not_mature_is_a_leak(contracts: Contracts):
    late = contracts.training.assign(as_of_date=pd.Timestamp(EVALUATION_DATE - timedelta(days=1)))
    with pytest.raises(LeakError, match="reach beyond the evaluation date"):
        check_no_leak(replace(contracts, training=late))


@pytest.fixture
def later(today: Settings, earlier: Settings, tmp_path: Path) -> Settings:
    """Time has passed since the training: today's marts beside the scores and decisions of then."""
    settings = Settings(home=tmp_path / "home", mlflow_tracking_uri="", memory_limit="1GB")
    settings.warehouse_folder.mkdir(parents=True)
    settings.mlflow_folder.mkdir(parents=True)
    shutil.copy(earlier.mlflow_folder / "mlflow.db", settings.mlflow_folder / "mlflow.db")
    with duckdb.connect(str(settings.build_file(SOURCE))) as connection:
        connection.execute(f"attach '{today.build_file(SOURCE)}' as today (read_only)")
        connection.execute(f"attach '{earlier.build_file(SOURCE)}' as earlier (read_only)")
        for origin, schemas in (("today", ("marts", "intermediate")), ("earlier", ("scores", "quality"))):
            for schema in schemas:
                connection.execute(f"create schema if not exists {schema}")
                tables = connection.execute(
                    "select table_name from information_schema.tables where table_catalog = ? and table_schema = ? "
                    "and table_type = 'BASE TABLE'",
                    [origin, schema],
                ).fetchall()
                for (name,) in tables:
                    connection.execute(f"create table {schema}.{name} as from {origin}.{schema}.{name}")
    return settings


def read(settings: Settings, query: str) -> pd.DataFrame:
    with duckdb.connect(str(settings.build_file(SOURCE)), read_only=True) as connection:
        return connection.execute(query).df()


def watched(settings: Settings, two_families) -> tuple[str, str | None]:
    """What was looked at, and why to train although the calendar does not ask for it."""
    run = run_of(settings, ContractChurnJob(HORIZON_DAYS, two_families), SOURCE, AS_OF_DATE)
    contracts = run.job.read_training(run.file, AS_OF_DATE, run.definitions)
    champion = champion_of(run.server, run.job, SOURCE)
    evidence = watch(run, contracts, champion)
    columns = champion.columns
    return evidence.words, reason_to_train(
        champion, AS_OF_DATE, columns, 365, force=False, evidence=evidence.retrain_reason
    )


def test_scores_are_held_against_what_happened(later: Settings, two_families, contracts: Contracts):
    with duckdb.connect(str(later.build_file(SOURCE)), read_only=True) as connection:
        outcomes = contract_outcomes_after(connection, EVALUATION_DATE, HORIZON_DAYS).set_index("subscription_id")
    labels = contracts.evaluation.set_index("subscription_id")["is_churned"].astype(bool)
    assert (outcomes["is_churned"].sort_index() == labels.sort_index()).all()
    words, reason = watched(later, two_families)
    assert reason is None
    assert f"The scores of {EVALUATION_DATE} for {HORIZON_DAYS} days reached roc_auc" in words
    assert f"Drift since {EVALUATION_DATE}: scores PSI" in words
    realised = read(later, "select * from quality.realised_performance").set_index("metric_name")
    assert set(realised.index) == {"roc_auc", "brier", "expected_calibration_error", "level_ratio"}
    assert set(realised["status"]) == {"ok"}
    assert set(realised["customer_count"]) == {len(labels)}
    assert realised.loc["roc_auc", "metric_value"] > realised.loc["roc_auc", "baseline_value"]
    assert realised.loc["brier", "metric_value"] < realised.loc["brier", "baseline_value"]
    assert set(realised["baseline_name"].dropna()) == {"tenure_days", "last_churn_rate"}
    drift = read(later, f"select * from quality.drift where as_of_date = '{AS_OF_DATE}'").set_index("column_name")
    assert {"(score)", "tenure_months", "attribute_has_support", "plan_name"} <= set(drift.index)
    assert set(drift["reference_date"].dt.date) == {EVALUATION_DATE}
    assert drift.loc["plan_name", "status"] == "ok"


def test_scores_that_did_not_come_true_ask_for_training(later: Settings, two_families):
    with duckdb.connect(str(later.build_file(SOURCE))) as connection:
        connection.execute("update scores.subscription_churn set churn_probability = 1 - churn_probability")
    _, reason = watched(later, two_families)
    assert f"the scores of {EVALUATION_DATE} for {HORIZON_DAYS} days did not come true" in reason
    assert "predicted / actual" in reason
    assert "roc_auc 0." in reason


def test_contracts_of_another_kind_ask_for_training(later: Settings, two_families):
    with duckdb.connect(str(later.build_file(SOURCE))) as connection:
        connection.execute(
            "update marts.subscription_features set term_months = 12, months_to_term_end = 1, monthly_amount = 25, "
            'attributes = \'{"has_support": true, "region": "north"}\' where as_of_date = ?',
            [AS_OF_DATE],
        )
    _, reason = watched(later, two_families)
    assert "drifted" in reason
    drift = read(later, "select * from quality.drift where status = 'drifted'")
    assert "months_to_term_end" in set(drift["column_name"])


def test_figures_are_told_by_group(earlier: Settings):
    figures = read(earlier, "select * from quality.model_fairness where job = 'contract_churn'")
    assert set(figures["group_column"]) == {"gender", "country", "region", "age_group"}
    ages = set(figures.loc[figures["group_column"] == "age_group", "group_value"])
    # Born in 1955 and in 1990, by the year of birth; the oldest holdout is of the year before.
    assert ages == {"(all)", "(difference)", "65 and over", "25 to 34", "35 to 44"}
    assert set(figures.loc[figures["group_column"] == "region", "group_value"]) == {"(all)", "north"}


def test_a_champion_whose_attribute_is_gone_is_a_clear_error_and_leaves_the_scores(later: Settings):
    before = read(later, "select * from scores.subscription_churn order by all")
    with duckdb.connect(str(later.build_file(SOURCE))) as connection:
        connection.execute("update marts.subscription_features set attributes = null")
    with pytest.raises(ModelUnavailable, match="attribute_has_support"):
        score(later, "contract_churn", SOURCE, AS_OF_DATE)
    pd.testing.assert_frame_equal(before, read(later, "select * from scores.subscription_churn order by all"))
