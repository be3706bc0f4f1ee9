"""A person's word before a new model serves: what waits, what an answer does, and what is shown to decide."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from ml.__main__ import main
from ml.competition.gate import hold_for_approval
from ml.competition.results import Competition, Decision
from ml.competition.states import State
from ml.jobs.churn.job import ChurnJob
from ml.lifecycle.approval import NOBODY, AlreadyAnswered, Answer, answer, candidacy
from ml.lifecycle.approval_question import body, subject
from ml.lifecycle.outcome import TrainingOutcome
from ml.lifecycle.retraining import attempt_held_back, reason_to_train
from ml.lifecycle.rollback import roll_back
from ml.lifecycle.scoring import score
from ml.lifecycle.training import train
from ml.tracking import TrackingServer, challenger_of, champion_of
from tests.ml.jobs import job_at, only
from tests.ml.synthetic_shop import AS_OF_DATE, DEFINITIONS, HORIZON_DAYS, SOURCE, write_marts
from warehouse.base.errors import ModelUnavailable
from warehouse.base.markdown import plain
from warehouse.base.settings import Settings

JOB = job_at("churn", HORIZON_DAYS)
YES, NO = Answer(True, "ann", "Looks right"), Answer(False, "ann", "Not before Christmas")
PASSED = Decision("promoted", "model passes.", "model", "model", "rule", "roc_auc", 0.8, 0.75, 0.79)


def copy_home(origin: Settings, home: Path) -> Settings:
    """Data and registry to be changed by one test; artefacts are only read."""
    settings = Settings(home=home, memory_limit="1GB")
    for path in (settings.build_file(SOURCE), settings.mlflow_folder / "mlflow.db"):
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(origin.home / path.relative_to(settings.home), path)
    return settings


@pytest.fixture(scope="module")
def competitions() -> list[Competition]:
    """That of the training below."""
    return []


@pytest.fixture(scope="module")
def held(
    trained, competitions: list[Competition], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Settings, TrainingOutcome, str]:
    """A home whose churn model of old serves while a new one awaits approval; the outcome, and the old version."""
    settings = copy_home(trained[0], tmp_path_factory.mktemp("held"))
    compete = ChurnJob.compete
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ChurnJob, "compete", lambda *given: competitions.append(compete(*given)) or competitions[0])
        outcome = train(settings, "churn", SOURCE, AS_OF_DATE, True, "run-2", DEFINITIONS, needs_approval=True)
    return settings, outcome, trained[1]["churn"].model_version


@pytest.fixture
def home(held, tmp_path: Path) -> Settings:
    return copy_home(held[0], tmp_path / "home")


def champion(settings: Settings) -> str:
    return champion_of(TrackingServer(settings), JOB, SOURCE).version


def decisions(settings: Settings, columns: str = "decision, model_version, reason") -> list[tuple]:
    """Of churn, the newest first."""
    with duckdb.connect(str(settings.build_file(SOURCE)), read_only=True) as connection:
        return connection.execute(
            f"select {columns} from quality.model_promotions where job = 'churn' order by decided_at desc"
        ).fetchall()


def train_again(settings: Settings, **options: bool) -> TrainingOutcome:
    return train(settings, "churn", SOURCE, AS_OF_DATE, definitions=DEFINITIONS, **options)


# --- pure: the decision held back, and when to train after it ---


@pytest.mark.parametrize(("goes_on", "serving"), [(True, None), (False, "rule")])
def test_a_winner_is_held_back_and_the_champion_or_the_baseline_serves(goes_on: bool, serving: str | None):
    decision = hold_for_approval(PASSED, champion_serves=goes_on)
    assert (decision.verdict, decision.serving, decision.contender) == ("awaiting_approval", serving, "model")


@pytest.mark.parametrize("verdict", ["champion_kept", "baseline_serves"])
def test_nobody_is_asked_about_a_model_that_lost(verdict):
    lost = replace(PASSED, verdict=verdict, serving=None)
    assert hold_for_approval(lost, champion_serves=True) == lost


def test_the_last_attempt_counts_instead_of_the_champion(held):
    settings, *_ = held
    server = TrackingServer(settings)
    serving, new = champion_of(server, JOB, SOURCE), challenger_of(server, JOB, SOURCE)
    old = replace(serving, as_of_date=AS_OF_DATE.replace(year=2024))
    attempt = attempt_held_back(new, old, AS_OF_DATE)
    asked = (AS_OF_DATE, serving.columns, 30)
    assert reason_to_train(old, *asked, force=False) == "the champion is 365 days old"
    assert reason_to_train(old, *asked, force=False, evidence="the scores drifted", attempt=attempt) is None
    later = (AS_OF_DATE.replace(month=9), serving.columns, 30)
    assert reason_to_train(old, *later, force=False, attempt=attempt) == "the last attempt is 62 days old"
    for other in (None, replace(new, state=State.TRAINED), replace(new, state=State.APPROVED)):
        assert attempt_held_back(other, old, AS_OF_DATE) is None
    assert attempt_held_back(new, None, AS_OF_DATE) is None  # nothing serves: train


# --- waiting ---


def test_the_champion_goes_on_until_somebody_answers(held, home: Settings):
    _, outcome, old = held
    assert (outcome.status, outcome.model_version) == ("awaiting_approval", old)
    assert champion(home) == old != outcome.awaiting_version
    assert challenger_of(TrackingServer(home), JOB, SOURCE).version == outcome.awaiting_version
    [newest, *_] = decisions(home, "decision, model_version, metric_value is not null, champion_value is not null")
    assert newest == ("awaiting_approval", outcome.awaiting_version, True, True)
    assert score(home, "churn", SOURCE, AS_OF_DATE, DEFINITIONS).model_version == old


@pytest.mark.parametrize("needs_approval", [True, False])
def test_unchanged_data_are_not_trained_again_and_the_question_stays(held, home: Settings, needs_approval: bool):
    _, outcome, old = held
    again = train_again(home, needs_approval=needs_approval)
    assert (again.status, again.model_version, again.awaiting_version) == (
        "not_retrained",
        old,
        outcome.awaiting_version,
    )
    assert f"Version {outcome.awaiting_version} still awaits approval" in again.reason


def test_a_later_training_takes_the_place_of_the_question(
    held, competitions: list[Competition], home: Settings, monkeypatch: pytest.MonkeyPatch
):
    """The same data and champion give the same competition: nothing is fitted again."""
    _, outcome, _ = held
    [competition] = competitions
    monkeypatch.setattr(ChurnJob, "compete", lambda *_: competition)
    later = train_again(home, force=True)
    assert later.status == "promoted"  # nobody asks any more: the setting is off
    assert challenger_of(TrackingServer(home), JOB, SOURCE) is None
    with pytest.raises(AlreadyAnswered, match="withdrawn"):
        answer(home, "churn", SOURCE, YES, version=outcome.awaiting_version)
    assert champion(home) == later.model_version


# --- answers ---


def test_approved_it_serves_and_one_can_go_back(held, home: Settings):
    _, outcome, old = held
    at = datetime(2025, 7, 1, 9, 30, tzinfo=UTC)
    given = replace(YES, at=at)
    assert answer(home, "churn", SOURCE, given, pipeline_run_id="run-2").version == outcome.awaiting_version
    assert champion(home) == outcome.awaiting_version
    assert challenger_of(TrackingServer(home), JOB, SOURCE) is None
    [(decision, version, reason, run), *_] = decisions(home, "decision, model_version, reason, pipeline_run_id")
    assert (decision, version, run) == ("promoted", outcome.awaiting_version, "run-2")
    assert reason.startswith(f"Approved by ann on 2025-07-01 09:30 UTC, in place of version {old} (")
    assert "Comment: Looks right." in reason
    assert score(home, "churn", SOURCE, AS_OF_DATE, DEFINITIONS).model_version == outcome.awaiting_version
    assert roll_back(home, "churn", SOURCE, AS_OF_DATE).version == old
    assert roll_back(home, "churn", SOURCE, AS_OF_DATE).version == outcome.awaiting_version


def test_rejected_the_champion_goes_on_and_the_version_is_never_gone_back_to(held, home: Settings):
    _, outcome, old = held
    assert answer(home, "churn", SOURCE, NO).version == old == champion(home)
    [(decision, version, reason), *_] = decisions(home)
    assert (decision, version) == ("rejected", outcome.awaiting_version)
    assert reason.startswith("Rejected by ann")
    assert f"version {old} (" in reason
    assert "Comment: Not before Christmas." in reason
    again = train_again(home, needs_approval=True)
    assert (again.status, again.awaiting_version) == ("not_retrained", None)
    assert f"Version {outcome.awaiting_version} was rejected" in again.reason
    with pytest.raises(ModelUnavailable, match="No other version of crm_churn has served"):
        roll_back(home, "churn", SOURCE, AS_OF_DATE)
    # Another day, another mind.
    assert answer(home, "churn", SOURCE, YES, version=outcome.awaiting_version).version == outcome.awaiting_version
    assert champion(home) == outcome.awaiting_version


def test_no_answer_in_time_is_told_as_such(held, home: Settings):
    _, _, old = held
    answer(home, "churn", SOURCE, Answer(False, NOBODY))
    assert decisions(home)[0][2].startswith("Not approved in time; closed on ")
    assert champion(home) == old


def test_what_cannot_be_answered_is_refused_and_the_champion_stays(held, home: Settings):
    _, outcome, old = held
    version = outcome.awaiting_version
    with pytest.raises(ModelUnavailable, match="not on elsewhere"):
        answer(home, "churn", "elsewhere", YES, version=version)
    with pytest.raises(AlreadyAnswered, match="no approval was needed"):
        answer(home, "churn", SOURCE, YES, version=old)
    with pytest.raises(ModelUnavailable, match=r"needs approval \(awaiting\)"):
        roll_back(home, "churn", SOURCE, AS_OF_DATE, version=version)
    answer(home, "churn", SOURCE, NO, version=version)
    with pytest.raises(AlreadyAnswered, match="rejected"):
        answer(home, "churn", SOURCE, NO, version=version)
    assert champion(home) == old


def test_without_a_champion_the_baseline_serves_until_then(fresh: Settings, snapshots, monkeypatch: pytest.MonkeyPatch):
    only(monkeypatch, ChurnJob, "purchase_model")
    write_marts(fresh.build_file(SOURCE), snapshots)
    outcome = train_again(fresh, needs_approval=True)
    assert (outcome.status, outcome.candidate) == ("awaiting_approval", outcome.baseline_name)
    assert [row[:2] for row in decisions(fresh)] == [
        ("awaiting_approval", outcome.awaiting_version),
        ("baseline_serves", outcome.model_version),
    ]
    asked = candidacy(fresh, "churn", SOURCE, outcome.awaiting_version)
    assert f"**Reject**: version {outcome.model_version} ({outcome.candidate}" in body(asked, answer_within="1 hour")
    assert "best simple rule" not in body(asked, answer_within="1 hour")  # it is what serves
    assert score(fresh, "churn", SOURCE, AS_OF_DATE, DEFINITIONS).model_version == outcome.model_version
    answer(fresh, "churn", SOURCE, YES)
    assert roll_back(fresh, "churn", SOURCE, AS_OF_DATE).version == outcome.model_version


# --- the command and the question ---


def test_command_answers(held, home: Settings, monkeypatch: pytest.MonkeyPatch, capsys):
    _, outcome, old = held
    monkeypatch.setenv("CLIENTELE_HOME", str(home.home))
    arguments = ["approve", "--job", "churn", "--source", SOURCE]
    assert main([*arguments, "--reject", "--reason", "too early"]) == 0
    assert f"rejected; {outcome.candidate} (version {old}) serves" in capsys.readouterr().out
    assert main(arguments) == 1
    assert "No crm_churn of units awaits approval" in capsys.readouterr().err
    assert main([*arguments, "--version", outcome.awaiting_version]) == 0
    assert champion(home) == outcome.awaiting_version


def test_the_question_shows_the_figures_side_by_side(held):
    settings, outcome, old = held
    asked = candidacy(settings, "churn", SOURCE, outcome.awaiting_version)
    assert subject(asked) == (
        f"Churn, {SOURCE}: may the new model {asked.challenger.candidate} (version {outcome.awaiting_version}) serve?"
    )
    text = body(asked, answer_within="12 hours")
    [row] = [line for line in text.splitlines() if line.startswith("| ranking")]
    figures = asked.challenger.figures
    expected = (figures.metric_value, asked.challenger.champion_value, figures.baseline_value)
    assert [cell.strip() for cell in row.split("|")[2:-1]] == [f"{value:.3f}" for value in expected]
    assert "- beats the best baseline: roc_auc" in text
    assert f"**Reject**: version {old} (" in text
    assert "No answer within 12 hours counts as a rejection" in text
    assert f"`/#/models/crm_churn/versions/{outcome.awaiting_version}`" in text


def test_the_question_can_be_asked_without_the_report_and_after_a_roll_back(held):
    settings, outcome, _ = held
    asked = candidacy(settings, "churn", SOURCE, outcome.awaiting_version)
    text = body(replace(asked, report={}), answer_within="12 hours")
    assert plain(asked.challenger.decision_reason) in text
    assert f"{asked.challenger.figures.metric_value:.3f}" in text
    # What serves was never compared with the new model: no figure is better than one of another model.
    other = replace(asked, champion=replace(asked.champion, version="99"))
    [row] = [line for line in body(other, answer_within="1 hour").splitlines() if line.startswith("| ranking")]
    assert row.split("|")[3].strip() == "–"
