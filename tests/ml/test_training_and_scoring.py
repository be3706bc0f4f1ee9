"""From the marts to MLflow to the score tables, with a real MLflow database."""

from __future__ import annotations

import json
import shutil
import zlib
from base64 import b64decode
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import mlflow
import numpy as np
import pandas as pd
import pytest
from mlflow.exceptions import MlflowException

from ml.__main__ import main
from ml.data.dated_rows import eligible
from ml.data.features import model_frame
from ml.data.snapshots import Snapshots
from ml.jobs.churn.job import ChurnJob
from ml.lifecycle.scoring import NO_PURCHASE, score
from ml.lifecycle.training import train
from ml.tracking import TrackingServer, champion_of, load_estimator
from ml.tracking.packing import estimator_file
from ml.tracking.versions import LONGEST_TEXT
from tests.ml.jobs import CUSTOMER_JOBS, job_at, only
from tests.ml.synthetic_shop import AS_OF_DATE, DEFINITIONS, HORIZON_DAYS, SOURCE, write_marts
from warehouse.base.errors import ClienteleError, ModelUnavailable
from warehouse.base.settings import Settings

# Those about customers; contracts have tests of their own.
JOB_NAMES = CUSTOMER_JOBS
TABLES = {"segmentation": "customer_segments", "churn": "customer_churn", "clv": "customer_clv"}


def read(settings: Settings, query: str) -> pd.DataFrame:
    with duckdb.connect(str(settings.build_file(SOURCE)), read_only=True) as connection:
        return connection.execute(query).df()


def the_job(name: str):
    return job_at(name, HORIZON_DAYS)


@pytest.fixture
def copied(trained, tmp_path: Path) -> Settings:
    """The trained home's data and registry, to be broken by one test; artefacts stay where they are."""
    settings = Settings(home=tmp_path / "copy", memory_limit="1GB")
    for path in (settings.build_file(SOURCE), settings.mlflow_folder / "mlflow.db"):
        path.parent.mkdir(parents=True)
        shutil.copy(trained[0].home / path.relative_to(settings.home), path)
    return settings


@pytest.mark.parametrize("name", JOB_NAMES)
def test_champion_comes_back_from_the_registry_as_it_was(trained, snapshots: Snapshots, name: str):
    settings, outcomes = trained
    server, job = TrackingServer(settings), the_job(name)
    champion = champion_of(server, job, SOURCE)
    assert champion.version == outcomes[name].model_version
    estimator = load_estimator(server, champion)
    rows = eligible(snapshots.scoring)
    features = model_frame(rows, champion.columns)
    ours = job.scores(estimator, features, rows)
    written = read(settings, f"select * from scores.{TABLES[name]} where status = 'scored' order by customer_id")
    for column in ours.select_dtypes("number").columns:
        assert np.allclose(ours[column].astype(float), written[column].astype(float), equal_nan=True, atol=0.006)
    served = mlflow.pyfunc.load_model(f"models:/{job.model_name}@champion").predict(rows)
    assert served[job.score_column].tolist() == written[job.score_column].tolist()


def test_mlflow_tells_the_whole_story(trained):
    settings, outcomes = trained
    client = mlflow.MlflowClient(settings.tracking_uri, settings.tracking_uri)
    experiment = client.get_experiment_by_name("crm_churn")
    assert experiment.tags["mlflow.experimentKind"] == "custom_model_development"
    runs = client.search_runs([experiment.experiment_id])
    nested = [run for run in runs if "mlflow.parentRunId" in run.data.tags]
    (parent,) = [run for run in runs if run.data.tags["role"] == "parent"]
    assert len({frozenset(run.data.metrics) for run in nested}) == 1
    assert {run.data.tags["role"] for run in nested} == {"baseline", "candidate"}
    assert parent.data.tags["decision"] == outcomes["churn"].status
    assert parent.data.params["data_content_sha256"] != ""
    assert parent.data.tags["git_commit"] != ""
    winner = next(run for run in nested if run.data.tags["candidate"] == outcomes["churn"].candidate)
    plots = {Path(file.path).stem for file in client.list_artifacts(winner.info.run_id, "plots")}
    assert plots == {"calibration", "gain_and_lift", "predicted_against_actual_by_decile"}
    for run in nested:
        tables = {Path(file.path).name for file in client.list_artifacts(run.info.run_id, "tables")}
        assert tables == {"lift_by_share.csv", "cost_by_threshold.csv"}
    version = client.get_model_version_by_alias("crm_churn", "champion")
    assert (version.tags["source"], version.tags["decision"]) == (SOURCE, outcomes["churn"].status)
    info = mlflow.models.get_model_info("models:/crm_churn@champion")
    required = {"customer_id", "as_of_date", "is_eligible", *version.tags["columns"].split(",")}
    assert set(info.signature.inputs.required_input_names()) == required
    assert "last_order_date" in info.signature.inputs.optional_input_names()
    assert info.saved_input_example_info is None  # no person's data lie beside the model


@pytest.mark.parametrize("name", JOB_NAMES)
def test_mlflow_says_in_words_what_it_holds(trained, name: str):
    settings, outcomes = trained
    client = mlflow.MlflowClient(settings.tracking_uri, settings.tracking_uri)
    job = job_at(name, HORIZON_DAYS)
    experiment = client.get_experiment_by_name(job.model_name)
    assert "Who serves" in experiment.tags["mlflow.note.content"]
    assert client.get_registered_model(job.model_name).description == experiment.tags["mlflow.note.content"]
    version = client.get_model_version_by_alias(job.model_name, "champion")
    assert f"# {job.model_name} version {version.version}: {outcomes[name].candidate}\n" in version.description
    assert {"## Decision", "## Limits"} <= set(version.description.splitlines())
    assert len(version.description) <= LONGEST_TEXT
    place = f"#/experiments/{experiment.experiment_id}/runs/{version.run_id}/artifacts/model_card.md"
    assert place in version.description
    assert "model_card.md" in {file.path for file in client.list_artifacts(version.run_id)}
    for run in client.search_runs([experiment.experiment_id]):
        if "failure" not in run.data.tags:
            [data] = run.inputs.dataset_inputs
            assert data.dataset.name == f"{SOURCE} as of {AS_OF_DATE}"
            sizes = json.loads(data.dataset.profile)
            assert sizes["num_rows"] == sizes["training_rows"] + sizes["evaluation_rows"] + sizes["scoring_rows"] > 0
            assert str(settings.home) not in data.dataset.source + data.dataset.profile


@pytest.mark.parametrize("name", JOB_NAMES)
def test_why_this_model_is_on_the_page_of_the_training(trained, name: str):
    settings, outcomes = trained
    client = mlflow.MlflowClient(settings.tracking_uri, settings.tracking_uri)
    job = job_at(name, HORIZON_DAYS)
    experiment = client.get_experiment_by_name(job.model_name)
    runs = client.search_runs([experiment.experiment_id])
    [parent] = [run for run in runs if run.data.tags["role"] == "parent"]
    note = parent.data.tags["mlflow.note.content"]
    of_it = [run for run in runs if run.data.tags.get("mlflow.parentRunId") == parent.info.run_id]
    fitted = [run.data.tags["candidate"] for run in of_it if "failure" not in run.data.tags]
    assert all(f"| ▶ {one} " in note or f"| {one} " in note for one in fitted)
    assert f"▶ {outcomes[name].candidate}" in note
    version = client.get_model_version_by_alias(job.model_name, "champion")
    assert f"(#/models/{job.model_name}/versions/{version.version})" in note
    assert "competition.svg" in {file.path for file in client.list_artifacts(parent.info.run_id)}
    assert parent.info.run_id in str(zlib.decompress(b64decode(view_of(experiment, "competition"))))


def view_of(experiment: Any, key: str) -> str:
    return json.loads(experiment.tags[f"mlflow.sharedViewState.{key}"])["state"].removeprefix("deflate;")


def test_decisions_are_written_with_figures(trained):
    settings, outcomes = trained
    rows = read(settings, "select * from quality.model_promotions").set_index("job")
    assert set(rows.index) == set(JOB_NAMES)
    for name, outcome in outcomes.items():
        row = rows.loc[name]
        assert (row["decision"], row["candidate"]) == (outcome.status, outcome.candidate)
        assert row["pipeline_run_id"] == "run-1"
        assert row["metric_value"] == pytest.approx(outcome.metric_value)


@pytest.mark.parametrize("name", JOB_NAMES)
def test_every_customer_has_one_row_with_a_status(trained, name: str):
    settings, _ = trained
    rows = read(settings, f"select * from scores.{TABLES[name]}")
    known = read(settings, "select customer_id from marts.dim_customers")["customer_id"]
    assert sorted(rows["customer_id"]) == sorted(known)
    assert set(rows["status"]) == {"scored", "not_eligible"}
    assert rows.loc[rows["status"] == "not_eligible", "reason"].notna().all()
    assert rows.loc[rows["customer_id"] == "never_bought", "reason"].tolist() == [NO_PURCHASE]
    value = {"segmentation": "segment_id", "churn": "churn_probability", "clv": "predicted_amount"}[name]
    has_value, is_scored = rows[value].notna(), rows["status"] == "scored"
    assert has_value.all() if name == "segmentation" else (has_value == is_scored).all()  # rules group the others
    assert rows["model_version"].notna().all()


def test_scoring_again_changes_nothing_and_training_again_says_why_not(copied: Settings):
    columns = "* exclude (scored_at)"
    before = read(copied, f"select {columns} from scores.customer_churn order by customer_id")
    outcome = train(copied, "churn", SOURCE, AS_OF_DATE, definitions=DEFINITIONS)
    assert outcome.status == "not_retrained"
    assert "younger than 30 days" in outcome.reason
    assert outcome.metric_value is not None
    score(copied, "churn", SOURCE, AS_OF_DATE, definitions=DEFINITIONS)
    after = read(copied, f"select {columns} from scores.customer_churn order by customer_id")
    pd.testing.assert_frame_equal(before, after)


def test_training_again_by_force_gives_the_same_model_and_a_deleted_experiment_back(
    copied: Settings, trained, monkeypatch: pytest.MonkeyPatch, caplog
):
    former = trained[1]["churn"]
    only(monkeypatch, ChurnJob, "purchase_model")
    client = mlflow.MlflowClient(copied.tracking_uri, copied.tracking_uri)
    experiment = client.get_experiment_by_name("crm_churn")
    runs = len(client.search_runs([experiment.experiment_id]))
    client.delete_experiment(experiment.experiment_id)
    outcome = train(copied, "churn", SOURCE, AS_OF_DATE, force=True, definitions=DEFINITIONS)
    assert client.get_experiment(experiment.experiment_id).lifecycle_stage == "active"
    assert len(client.search_runs([experiment.experiment_id])) > runs
    assert "had been deleted in MLflow" in caplog.text
    assert (outcome.candidate, outcome.metric_value) == (former.candidate, former.metric_value)
    assert outcome.champion_value == outcome.metric_value
    assert int(outcome.model_version) > int(former.model_version)


def test_champion_of_another_source_is_not_used(copied: Settings, snapshots: Snapshots):
    write_marts(copied.build_file("another"), snapshots)
    with pytest.raises(ModelUnavailable, match="No crm_churn model serves another"):
        score(copied, "churn", "another", AS_OF_DATE, definitions=DEFINITIONS)


def test_champion_that_knows_the_future_is_not_used(copied: Settings, snapshots: Snapshots):
    earlier = AS_OF_DATE - timedelta(days=1)
    past = snapshots.scoring.assign(as_of_date=pd.Timestamp(earlier))
    empty = replace(snapshots, training=snapshots.training.iloc[:0], evaluation=snapshots.evaluation.iloc[:0])
    write_marts(copied.build_file(SOURCE), replace(empty, as_of_date=earlier, scoring=past))
    with pytest.raises(ModelUnavailable, match="Train one first"):
        score(copied, "churn", SOURCE, earlier, definitions=DEFINITIONS)


def test_champion_whose_feature_is_gone_is_a_clear_error_and_leaves_the_scores(
    copied: Settings, monkeypatch: pytest.MonkeyPatch
):
    only(monkeypatch, ChurnJob, "purchase_model")
    before = read(copied, "select * from scores.customer_churn order by customer_id")
    with duckdb.connect(str(copied.build_file(SOURCE))) as connection:
        connection.execute("alter table marts.customer_features drop column order_gap_ratio")
    with pytest.raises(ModelUnavailable, match="no column order_gap_ratio"):
        score(copied, "churn", SOURCE, AS_OF_DATE, definitions=DEFINITIONS)
    pd.testing.assert_frame_equal(before, read(copied, "select * from scores.customer_churn order by customer_id"))
    outcome = train(copied, "churn", SOURCE, AS_OF_DATE, definitions=DEFINITIONS)
    assert "no longer order_gap_ratio" in outcome.reason
    assert "its features order_gap_ratio are gone" in outcome.reason
    assert score(copied, "churn", SOURCE, AS_OF_DATE, definitions=DEFINITIONS).rows_by_status["scored"] > 0


@pytest.mark.parametrize("damage", ["corrupt", "missing", "foreign"])
def test_damaged_model_is_a_clear_error(copied: Settings, tmp_path: Path, damage: str):
    server, job = TrackingServer(copied), the_job("churn")
    champion = champion_of(server, job, SOURCE)
    client = mlflow.MlflowClient(copied.tracking_uri, copied.tracking_uri)
    place = client.get_model_version_download_uri(job.model_name, champion.version).removeprefix("file://")
    with pytest.MonkeyPatch.context() as patched:
        broken = tmp_path / "broken"
        shutil.copytree(place, broken)
        file = estimator_file(broken)
        if damage == "corrupt":
            file.write_bytes(b"not a model")
        elif damage == "missing":
            file.unlink()
        else:
            from fractions import Fraction

            import skops.io

            skops.io.dump({"number": Fraction(1, 3)}, file)
        patched.setattr("mlflow.artifacts.download_artifacts", lambda **_: str(broken))
        words = {"corrupt": "cannot be read", "missing": "is missing", "foreign": "fractions.Fraction"}[damage]
        with pytest.raises(ModelUnavailable, match=words):
            load_estimator(server, champion)


def test_artefacts_gone_from_the_store_are_a_clear_error(copied: Settings):
    server, job = TrackingServer(copied), the_job("churn")
    champion = champion_of(server, job, SOURCE)
    with pytest.raises(ModelUnavailable, match="crm_churn version 999"):
        load_estimator(server, replace(champion, version="999"))


def test_refused_training_gives_rows_with_the_reason_and_leaves_former_scores(fresh: Settings, snapshots: Snapshots):
    few = replace(snapshots, scoring=snapshots.scoring.iloc[:3].reset_index(drop=True))
    write_marts(fresh.build_file(SOURCE), few)
    outcome = train(fresh, "churn", SOURCE, AS_OF_DATE, definitions=DEFINITIONS)
    assert outcome.status == "refused"
    assert "eligible customers as of 2025-07-01; 100 are needed" in outcome.reason
    score(fresh, "churn", SOURCE, AS_OF_DATE, definitions=DEFINITIONS)
    rows = read(fresh, "select * from scores.customer_churn where status = 'refused'")
    assert set(rows["reason"]) == {outcome.reason}
    assert rows["churn_probability"].isna().all()
    decision = read(fresh, "select * from quality.model_promotions")
    assert decision["decision"].tolist() == ["refused"]


def test_refusal_with_a_champion_lets_the_champion_go_on(copied: Settings, snapshots: Snapshots):
    few = replace(snapshots, evaluation=snapshots.evaluation.iloc[:0], training=snapshots.training.iloc[:0])
    write_marts(copied.build_file(SOURCE), few)
    assert train(copied, "churn", SOURCE, AS_OF_DATE, definitions=DEFINITIONS).status == "refused"
    assert score(copied, "churn", SOURCE, AS_OF_DATE, definitions=DEFINITIONS).rows_by_status["scored"] > 0


@pytest.mark.parametrize("uri", ["http://127.0.0.1:9", "sqlite:////proc/no/such/folder/mlflow.db"])
def test_unreachable_mlflow_is_a_clear_error(settings: Settings, snapshots: Snapshots, monkeypatch, uri: str):
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    away = Settings(home=settings.home, mlflow_tracking_uri=uri)
    write_marts(away.build_file(SOURCE), snapshots)
    with pytest.raises(ClienteleError, match="does not answer as it should"):
        train(away, "churn", SOURCE, AS_OF_DATE, definitions=DEFINITIONS)


def test_command_line_says_what_is_wrong_without_a_stack_trace(settings: Settings, monkeypatch, capsys):
    monkeypatch.setenv("CLIENTELE_HOME", str(settings.home))
    code = main(["score", "--job", "churn", "--source", "nowhere", "--as-of", "2025-07-01"])
    said = capsys.readouterr().err
    assert code == 1
    assert "nowhere" in said
    assert "What to do:" in said
    assert "Traceback" not in said


def test_command_line_trains_is_asked_for_a_known_job(capsys):
    with pytest.raises(SystemExit):
        main(["train", "--job", "astrology", "--source", "shop", "--as-of", "2025-07-01"])
    assert "invalid choice: 'astrology'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "free_bytes", "is_lost"),
    [
        (OSError(28, "No space left on device"), 10**9, False),
        (MlflowException("The following failures occurred: write"), 0, False),
        (MlflowException("no such artifact"), 10**9, True),
    ],
)
def test_a_full_disk_does_not_take_the_champion_for_lost(trained, monkeypatch, error, free_bytes, is_lost):
    settings, _ = trained
    server = TrackingServer(settings)
    champion = champion_of(server, job_at("churn", HORIZON_DAYS), SOURCE)

    def fails(**_):
        raise error

    monkeypatch.setattr("mlflow.artifacts.download_artifacts", fails)
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=free_bytes))
    with pytest.raises(ClienteleError, match="not where MLflow says" if is_lost else "The disk is full") as told:
        load_estimator(server, champion)
    assert isinstance(told.value, ModelUnavailable) is is_lost


def test_too_little_memory_does_not_take_the_champion_for_damaged(trained, monkeypatch):
    settings, _ = trained
    server = TrackingServer(settings)
    champion = champion_of(server, job_at("churn", HORIZON_DAYS), SOURCE)
    monkeypatch.setattr("skops.io.loads", lambda *_, **__: bytearray(10**18))
    with pytest.raises(MemoryError):
        load_estimator(server, champion)
