"""Contracts: what cannot serve is a clear error, and the former scores stay."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from ml.data.contracts import Contracts
from ml.lifecycle.scoring import score
from ml.lifecycle.training import train
from tests.homes import with_tracking
from tests.ml.elsewhere import Served, check_scores_elsewhere
from tests.ml.jobs import CUSTOMER_JOBS
from tests.ml.synthetic_shop import AS_OF_DATE as DAY
from tests.ml.synthetic_shop import SOURCE as SHOP
from warehouse.base.errors import ClienteleError, ModelUnavailable
from warehouse.base.settings import Settings

from .conftest import AS_OF_DATE

SOURCE = "drawn"
JOB = "contract_churn"


def write_marts(path: Path, contracts: Contracts) -> None:
    """The marts of a cross-section, as far as the job reads them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    features = contracts.scoring
    ended = pd.Timestamp(AS_OF_DATE) - pd.Timedelta(days=1)
    dates = features[["subscription_id", "customer_id"]].assign(
        started_at=pd.Timestamp("2014-01-01"), ended_at=pd.Series(ended, features.index).where(~features["is_eligible"])
    )
    people = features[["customer_id"]].assign(gender="female", country="NL", birth_year=1980)
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema if not exists marts; create schema if not exists intermediate")
        for name, frame in (
            ("subscription_features", features),
            ("dim_subscriptions", dates),
            ("dim_customers", people),
        ):
            connection.register("rows_in", frame)
            connection.execute(f"create or replace table marts.{name} as select * from rows_in")
        connection.execute(
            "create or replace table marts.subscription_features as "
            "select * replace (as_of_date::date as as_of_date) from marts.subscription_features"
        )
        connection.execute(
            "create or replace table marts.subscription_labels as select subscription_id, as_of_date, false as "
            "is_churned from marts.subscription_features where false"
        )
        connection.execute(
            "create or replace table intermediate.int_snapshot_dates as select ? ::date as as_of_date, 'scoring' as "
            "snapshot_role, null::date as first_known_date",
            [AS_OF_DATE],
        )


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, drawn: Contracts, plainest, empty_tracking: Path) -> Settings:
    """A home in which the job was trained and scored; read only, please."""
    settings = Settings(home=tmp_path_factory.mktemp("served"), mlflow_tracking_uri="", memory_limit="1GB")
    with_tracking(settings, empty_tracking)
    write_marts(settings.build_file(SOURCE), drawn)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("ml.jobs.contract_churn.job.load_configuration", lambda *_: plainest)
        outcome = train(settings, JOB, SOURCE, AS_OF_DATE)
    assert (outcome.status, outcome.candidate) == ("promoted", "logistic_regression"), outcome.reason
    assert score(settings, JOB, SOURCE, AS_OF_DATE).rows_by_status["scored"] > 100
    return settings


@pytest.fixture
def copied(served: Settings, tmp_path: Path) -> Settings:
    settings = Settings(home=tmp_path / "copy", mlflow_tracking_uri="", memory_limit="1GB")
    for path in (settings.build_file(SOURCE), settings.mlflow_folder / "mlflow.db"):
        path.parent.mkdir(parents=True)
        shutil.copy(served.home / path.relative_to(settings.home), path)
    return settings


def scores_of(settings: Settings) -> pd.DataFrame:
    with duckdb.connect(str(settings.build_file(SOURCE)), read_only=True) as connection:
        return connection.execute("select * from scores.subscription_churn order by all").df()


@pytest.mark.parametrize("damage", ["corrupt", "missing"])
def test_a_damaged_model_leaves_the_former_scores(copied: Settings, tmp_path: Path, monkeypatch, damage: str):
    broken = tmp_path / "broken"
    broken.mkdir()
    if damage == "corrupt":
        (broken / "model.skops").write_bytes(b"not a model")
    monkeypatch.setattr("mlflow.artifacts.download_artifacts", lambda **_: str(broken))
    before = scores_of(copied)
    with pytest.raises(ModelUnavailable, match="cannot be read" if damage == "corrupt" else "is missing") as raised:
        score(copied, JOB, SOURCE, AS_OF_DATE)
    assert "ml train --force" in raised.value.what_to_do
    pd.testing.assert_frame_equal(before, scores_of(copied))


def test_an_unreachable_server_leaves_the_former_scores(copied: Settings, monkeypatch):
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    away = Settings(home=copied.home, mlflow_tracking_uri="http://127.0.0.1:9", memory_limit="1GB")
    before = scores_of(away)
    for act in (train, score):
        with pytest.raises(ClienteleError, match="does not answer as it should"):
            act(away, JOB, SOURCE, AS_OF_DATE)
    pd.testing.assert_frame_equal(before, scores_of(away))


def test_an_attribute_that_is_gone_leaves_the_former_scores_and_is_trained_without(
    copied: Settings, plainest, monkeypatch
):
    monkeypatch.setattr("ml.jobs.contract_churn.job.load_configuration", lambda *_: plainest)
    before = scores_of(copied)
    with duckdb.connect(str(copied.build_file(SOURCE))) as connection:
        connection.execute("update marts.subscription_features set attributes = null")
    with pytest.raises(ModelUnavailable, match="no column attribute_has_support"):
        score(copied, JOB, SOURCE, AS_OF_DATE)
    pd.testing.assert_frame_equal(before, scores_of(copied))
    outcome = train(copied, JOB, SOURCE, AS_OF_DATE)
    assert "no longer attribute_has_support" in outcome.reason
    assert "could not be compared" in outcome.reason
    assert score(copied, JOB, SOURCE, AS_OF_DATE).rows_by_status["scored"] > 100


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("delete from marts.subscription_features where subscription_id > 's2'", "contracts run as of .* are needed"),
        ("update marts.subscription_features set is_eligible = true", "Only 0 of 600 training rows ended"),
        (
            "update marts.subscription_features set term_months = 1, monthly_amount = 1, tenure_months = 1, "
            "attributes = null",
            "No feature differs",
        ),
    ],
)
def test_refused_data_leave_champion_and_former_scores(copied: Settings, change: str, reason: str):
    before = scores_of(copied)
    with duckdb.connect(str(copied.build_file(SOURCE))) as connection:
        connection.execute(change)
    outcome = train(copied, JOB, SOURCE, AS_OF_DATE, force=True)
    assert outcome.status == "refused"
    assert pd.Series([outcome.reason]).str.contains(reason).all(), outcome.reason
    pd.testing.assert_frame_equal(before, scores_of(copied))


def test_contracts_that_cost_nothing_are_told_apart_by_the_rest(copied: Settings, plainest, monkeypatch):
    """All spend zero: the price says nothing, the others do."""
    monkeypatch.setattr("ml.jobs.contract_churn.job.load_configuration", lambda *_: plainest)
    with duckdb.connect(str(copied.build_file(SOURCE))) as connection:
        connection.execute("update marts.subscription_features set monthly_amount = 0")
    outcome = train(copied, JOB, SOURCE, AS_OF_DATE)
    assert "no longer monthly_amount" in outcome.reason
    assert outcome.status == "promoted"


def test_published_rows_give_the_published_scores_elsewhere(served: Settings, trained, tmp_path: Path):
    """Outside this project, to the last digit: the model of contracts, and those of the jobs about customers."""
    contracts = "select * from marts.subscription_features order by hash(subscription_id)"
    customers = f"select * from marts.customer_features where as_of_date = '{DAY}' order by hash(customer_id)"
    both = [Served(served, SOURCE, [JOB], contracts), Served(trained[0], SHOP, CUSTOMER_JOBS, customers)]
    check_scores_elsewhere(both, tmp_path)
