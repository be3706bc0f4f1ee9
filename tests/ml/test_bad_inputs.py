"""What no model can be made of: each job refuses with a reason, or says that it can do without."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from ml.competition.results import Refused
from ml.data.dated_rows import eligible
from ml.data.features import model_frame
from ml.data.snapshots import Snapshots
from ml.jobs.segmentation.job import SegmentationJob
from ml.lifecycle.scoring import score
from ml.lifecycle.training import train
from tests.ml.jobs import job_at
from tests.ml.synthetic_shop import AS_OF_DATE, DEFINITIONS, HORIZON_DAYS, SOURCE, write_marts
from warehouse.base.errors import ClienteleError, ModelUnavailable
from warehouse.base.settings import Settings

SPEND = ("net_amount", "gross_amount", "average_order_amount", "mean_repeat_order_amount", "future_net_amount")
ROLES = ("training", "evaluation", "scoring")


def each(snapshots: Snapshots, change: Callable[[pd.DataFrame], pd.DataFrame]) -> Snapshots:
    return replace(snapshots, **{role: change(getattr(snapshots, role)).reset_index(drop=True) for role in ROLES})


def one_class(rows: pd.DataFrame) -> pd.DataFrame:
    """Nobody comes back, nobody spends."""
    told = {"is_churned": True, "future_order_count": 0, "future_net_amount": 0.0}
    return rows.assign(**{name: value for name, value in told.items() if name in rows})


def constant(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(**{name: values.iloc[0] for name, values in model_frame(rows).items()})


def zero_spend(rows: pd.DataFrame) -> pd.DataFrame:
    amounts = [name for name in rows.columns if name in SPEND or name.startswith("net_amount_")]
    return rows.assign(**dict.fromkeys(amounts, 0.0))


def single_snapshot(snapshots: Snapshots) -> Snapshots:
    return replace(snapshots, training=snapshots.training.iloc[:0], evaluation=snapshots.evaluation.iloc[:0])


BAD: dict[str, Callable[[Snapshots], Snapshots]] = {
    "one class": lambda s: each(s, one_class),
    "too few customers": lambda s: each(s, lambda rows: rows[rows["customer_id"] < "c00060"]),
    "constant features": lambda s: each(s, constant),
    "all spend zero": lambda s: each(s, zero_spend),
    "a single snapshot": single_snapshot,
}
# None: the job can do without. Segments need no outcome; churn and segments need no amount.
EXPECTED = {
    ("churn", "one class"): "training rows stayed",
    ("churn", "too few customers"): "eligible customers as of .* are needed",
    ("churn", "constant features"): "Every feature is constant",
    ("churn", "all spend zero"): None,
    ("churn", "a single snapshot"): "history is too short",
    ("clv", "one class"): "training rows spent something",
    ("clv", "too few customers"): "eligible customers as of .* are needed",
    ("clv", "constant features"): "Every feature is constant",
    ("clv", "all spend zero"): "training rows spent something",
    ("clv", "a single snapshot"): "history is too short",
    ("segmentation", "one class"): None,
    ("segmentation", "too few customers"): "eligible customers as of .* are needed",
    ("segmentation", "constant features"): "differ in fewer than two of the features",
    ("segmentation", "all spend zero"): None,
    ("segmentation", "a single snapshot"): None,
}


@pytest.mark.parametrize(("job", "bad"), EXPECTED)
def test_bad_data_are_refused_with_a_reason_or_done_without(snapshots: Snapshots, job: str, bad: str):
    task = job_at(job, HORIZON_DAYS)
    given, reason = BAD[bad](snapshots), EXPECTED[job, bad]
    if reason is None:
        task.check(given)
        return
    with pytest.raises(Refused, match=reason):
        task.check(given)


@pytest.mark.parametrize("bad", ["all spend zero", "a single snapshot"])
def test_segments_without_amounts_or_history(snapshots: Snapshots, bad: str):
    """Fewer features, no stability from month to month: said in the record, and everyone still has a segment."""
    configuration = SegmentationJob().configuration
    fewer = {"segment_counts": (3, 4), "start_count": 2}
    quick = configuration.model_copy(
        update={
            "k_means": configuration.k_means.model_copy(update=fewer),
            "mixture": configuration.mixture.model_copy(update=fewer),
            "stability": configuration.stability.model_copy(update={"repetition_count": 2, "resample_count": 200}),
        }
    )
    job, given = SegmentationJob(quick), BAD[bad](snapshots)
    competition = job.compete(given, None)
    if bad == "all spend zero":
        assert competition.dropped_columns == {"net_amount": "hardly differs"}
    rows = eligible(given.scoring)
    serving = competition.result(competition.decision.serving).candidate.estimator
    scores = job.scores(serving, model_frame(rows, competition.columns), rows)
    assert scores["segment_name"].notna().all()


@pytest.fixture
def copied(trained, tmp_path: Path) -> Settings:
    """The trained home's data and registry; artefacts are copied too, so that they can be broken."""
    settings = Settings(home=tmp_path / "copy", mlflow_tracking_uri="", memory_limit="1GB")
    for path in (settings.build_file(SOURCE), settings.mlflow_folder / "mlflow.db"):
        path.parent.mkdir(parents=True)
        shutil.copy(trained[0].home / path.relative_to(settings.home), path)
    return settings


def scores_of(settings: Settings, table: str) -> pd.DataFrame:
    with duckdb.connect(str(settings.build_file(SOURCE)), read_only=True) as connection:
        return connection.execute(f"select * from scores.{table} order by all").df()


TABLES = {"segmentation": "customer_segments", "churn": "customer_churn", "clv": "customer_clv"}


@pytest.mark.parametrize("job", TABLES)
@pytest.mark.parametrize("damage", ["corrupt", "missing"])
def test_a_damaged_model_leaves_the_former_scores(copied: Settings, tmp_path: Path, monkeypatch, job, damage):
    broken = tmp_path / "broken"
    broken.mkdir()
    if damage == "corrupt":
        (broken / "model.skops").write_bytes(b"not a model")
    monkeypatch.setattr("mlflow.artifacts.download_artifacts", lambda **_: str(broken))
    before = scores_of(copied, TABLES[job])
    with pytest.raises(ModelUnavailable, match="cannot be read" if damage == "corrupt" else "is missing") as raised:
        score(copied, job, SOURCE, AS_OF_DATE, definitions=DEFINITIONS)
    assert "ml train --force" in raised.value.what_to_do
    pd.testing.assert_frame_equal(before, scores_of(copied, TABLES[job]))


@pytest.mark.parametrize("job", TABLES)
def test_an_unreachable_server_leaves_the_former_scores(copied: Settings, monkeypatch, job: str):
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    away = Settings(home=copied.home, mlflow_tracking_uri="http://127.0.0.1:9", memory_limit="1GB")
    before = scores_of(away, TABLES[job])
    for act in (train, score):
        with pytest.raises(ClienteleError, match="does not answer as it should"):
            act(away, job, SOURCE, AS_OF_DATE, definitions=DEFINITIONS)
    pd.testing.assert_frame_equal(before, scores_of(away, TABLES[job]))


@pytest.mark.parametrize(
    ("job", "column"), [("segmentation", "net_amount"), ("churn", "order_gap_ratio"), ("clv", "net_amount_90d")]
)
def test_a_champion_whose_feature_is_gone_leaves_the_former_scores(copied: Settings, job: str, column: str):
    before = scores_of(copied, TABLES[job])
    with duckdb.connect(str(copied.build_file(SOURCE))) as connection:
        connection.execute(f"alter table marts.customer_features drop column {column}")
    with pytest.raises(ModelUnavailable, match=column) as raised:
        score(copied, job, SOURCE, AS_OF_DATE, definitions=DEFINITIONS)
    assert raised.value.what_to_do
    pd.testing.assert_frame_equal(before, scores_of(copied, TABLES[job]))


@pytest.mark.parametrize("job", TABLES)
def test_refused_data_leave_champion_and_former_scores(copied: Settings, snapshots: Snapshots, job: str):
    write_marts(copied.build_file(SOURCE), BAD["too few customers"](snapshots))
    before = scores_of(copied, TABLES[job])
    outcome = train(copied, job, SOURCE, AS_OF_DATE, definitions=DEFINITIONS)
    assert (outcome.status, "are needed" in outcome.reason) == ("refused", True)
    pd.testing.assert_frame_equal(before, scores_of(copied, TABLES[job]))
    assert score(copied, job, SOURCE, AS_OF_DATE, definitions=DEFINITIONS).rows_by_status["scored"] > 0
