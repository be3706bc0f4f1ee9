"""A decision that is killed, at each point where it writes: the next attempt ends as if nothing had happened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

import ml.lifecycle.commit
import ml.lifecycle.training
from ml.competition.states import State
from ml.explanations.training_report import TrainingReport
from ml.jobs.segmentation.job import SegmentationJob
from ml.lifecycle.approval import AlreadyAnswered, Answer, answer
from ml.lifecycle.commit import commit_decision
from ml.lifecycle.decisions import decision_row
from ml.lifecycle.outcome import TrainingOutcome
from ml.lifecycle.rollback import roll_back
from ml.lifecycle.scoring import score
from ml.lifecycle.training import train
from ml.tracking import RegistryChange, TrackingServer, apply_change, champion_change, champion_of, version_of
from tests.ml.jobs import job_at, run_of
from tests.ml.synthetic_shop import AS_OF_DATE, DEFINITIONS, HORIZON_DAYS, SOURCE, write_marts
from tests.ml.test_approval import copy_home
from warehouse.base.settings import Settings

JOB = job_at("segmentation", HORIZON_DAYS)


class Killed(BaseException):
    """Stands for the end of the process: nothing that catches errors catches it."""


def kill(*_: object, **__: object) -> None:
    raise Killed


def then_killed(function: Callable[..., object]) -> Callable[..., None]:
    def call(*given: object, **named: object) -> None:
        function(*given, **named)
        raise Killed

    return call


def rows(settings: Settings, query: str) -> list[tuple]:
    with duckdb.connect(str(settings.build_file(SOURCE)), read_only=True) as connection:
        return connection.execute(query).fetchall()


def decisions(settings: Settings) -> list[tuple[str, str]]:
    query = "select decision, model_version from quality.model_promotions where job = ? order by decided_at"
    with duckdb.connect(str(settings.build_file(SOURCE)), read_only=True) as connection:
        return connection.execute(query, [JOB.name]).fetchall()


def champion(settings: Settings) -> str | None:
    found = champion_of(TrackingServer(settings), JOB, SOURCE)
    return found and found.version


def trained_by(settings: Settings, run: str | None, **options: bool) -> TrainingOutcome:
    return train(settings, JOB.name, SOURCE, AS_OF_DATE, pipeline_run_id=run, definitions=DEFINITIONS, **options)


def test_a_training_killed_wherever_it_writes(fresh: Settings, snapshots, monkeypatch: pytest.MonkeyPatch):
    compete, made = SegmentationJob.compete, []
    few = replace(snapshots, scoring=snapshots.scoring.head(200), training=snapshots.training.head(0))
    write_marts(fresh.build_file(SOURCE), replace(few, evaluation=snapshots.evaluation.head(0)))
    with monkeypatch.context() as patched:  # before anything is registered
        patched.setattr(ml.lifecycle.training, "record_training", kill)
        patched.setattr(SegmentationJob, "compete", lambda *given: made.append(compete(*given)) or made[0])
        with pytest.raises(Killed):
            trained_by(fresh, "run-1")
    # The same data give the same models: they need not be fitted again for the points after this one, and only what
    # is registered has to be recorded.
    decision = made[0].decision
    named = {decision.serving, decision.contender, decision.baseline}
    results = tuple(result for result in made[0].results if result.name in named)
    monkeypatch.setattr(SegmentationJob, "compete", lambda *_: replace(made[0], results=results))
    with monkeypatch.context() as patched:  # registered, and in the middle of the rows
        patched.setattr(TrainingReport, "write_fairness", kill)
        with pytest.raises(Killed):
            trained_by(fresh, "run-1")
    assert (champion(fresh), decisions(fresh)) == (None, [])
    with monkeypatch.context() as patched:  # the rows stand, the aliases do not
        patched.setattr(ml.lifecycle.commit, "apply_change", kill)
        with pytest.raises(Killed):
            trained_by(fresh, "run-1")
    assert (champion(fresh), len(decisions(fresh))) == (None, 1)
    again = trained_by(fresh, "run-1")
    [(decision, version)] = decisions(fresh)
    assert (again.status, again.model_version, champion(fresh)) == (decision, version, version)
    assert rows(fresh, "select count(*) from state.pending_registry_changes") == [(0,)]
    assert trained_by(fresh, "run-1") == again  # killed after everything stood: nothing is said twice
    assert decisions(fresh) == [(decision, version)]


@pytest.fixture
def home(trained, tmp_path: Path) -> Settings:
    return copy_home(trained[0], tmp_path / "home")


def promote(settings: Settings, version: str, pipeline_run_id: str | None) -> None:
    """Settle that a version is promoted, as a training does."""
    server = TrackingServer(settings)
    found = version_of(server, JOB, version)
    run = run_of(settings, JOB, SOURCE, AS_OF_DATE, pipeline_run_id)
    commit_decision(
        run, [decision_row(run, verdict=State.PROMOTED, reason="Passes.", version=found)], champion_change(found)
    )


def other_version(settings: Settings) -> str:
    """A version beside the champion, with the same model in it."""
    server = TrackingServer(settings)
    with server.client() as client:
        found = client.get_model_version(JOB.model_name, champion(settings))
        copy = client.create_model_version(JOB.model_name, found.source, run_id=found.run_id, tags=found.tags)
    return str(copy.version)


@pytest.mark.parametrize("run", ["run-2", None])
@pytest.mark.parametrize("wrapped", [kill, then_killed(apply_change)])
def test_a_decision_that_stands_is_carried_out_by_the_next_attempt(home: Settings, monkeypatch, wrapped, run):
    version = other_version(home)
    with monkeypatch.context() as patched:
        patched.setattr(ml.lifecycle.commit, "apply_change", wrapped)
        with pytest.raises(Killed):
            promote(home, version, run)
    again = trained_by(home, run, force=True)
    assert (again.status, again.model_version, champion(home)) == ("promoted", version, version)
    assert decisions(home)[1:] == [("promoted", version)]


def test_scoring_follows_a_decision_that_was_not_carried_out(home: Settings, monkeypatch):
    version = other_version(home)
    with monkeypatch.context() as patched:
        patched.setattr(ml.lifecycle.commit, "apply_change", kill)
        with pytest.raises(Killed):
            promote(home, version, "run-2")
    assert score(home, JOB.name, SOURCE, AS_OF_DATE, DEFINITIONS).model_version == version


@pytest.mark.parametrize("run", ["run-3", None])
def test_a_roll_back_is_not_done_twice(home: Settings, monkeypatch, run):
    first, second = champion(home), other_version(home)
    promote(home, second, "run-2")
    with monkeypatch.context() as patched:
        patched.setattr(ml.lifecycle.commit, "apply_change", kill)
        with pytest.raises(Killed):
            roll_back(home, JOB.name, SOURCE, AS_OF_DATE, pipeline_run_id=run)
    assert champion(home) == second
    assert roll_back(home, JOB.name, SOURCE, AS_OF_DATE, pipeline_run_id=run).version == first == champion(home)
    assert decisions(home)[2:] == [("rolled_back", first)]


def test_an_answer_is_not_given_twice(home: Settings, monkeypatch):
    version = other_version(home)
    asked = RegistryChange(JOB.model_name, {version: {"approval": "awaiting"}}, {f"challenger-{SOURCE}": version})
    apply_change(TrackingServer(home), asked)
    with monkeypatch.context() as patched:
        patched.setattr(ml.lifecycle.commit, "apply_change", kill)
        with pytest.raises(Killed):
            answer(home, JOB.name, SOURCE, Answer(True, "ann"), version=version, pipeline_run_id="run-2")
    with pytest.raises(AlreadyAnswered, match="approved"):
        answer(home, JOB.name, SOURCE, Answer(True, "ann"), version=version, pipeline_run_id="run-2")
    assert champion(home) == version
    assert decisions(home)[1:] == [("promoted", version)]
