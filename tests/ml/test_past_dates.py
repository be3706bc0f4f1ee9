"""Dates before the champion's: which version serves them, and what a training as of such a date may change."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import duckdb
import mlflow
import pandas as pd
import pytest

from ml.competition.results import Decision
from ml.competition.states import State
from ml.data.snapshots import Snapshots
from ml.lifecycle.approval import Answer, answer, candidacy
from ml.lifecycle.approval_question import body
from ml.lifecycle.commit import commit_decision
from ml.lifecycle.decisions import decision_row
from ml.lifecycle.outcome import TrainingOutcome
from ml.lifecycle.rollback import roll_back
from ml.lifecycle.scoring import score
from ml.lifecycle.training import train
from ml.lifecycle.training_rows import training_rows
from ml.lifecycle.who_serves import serving_version
from ml.tracking import Recorded, TrackingServer, champion_change, champion_of, versions_of
from tests.ml.jobs import job_at, run_of
from tests.ml.synthetic_shop import AS_OF_DATE, DEFINITIONS, HORIZON_DAYS, SOURCE, write_marts
from tests.ml.test_approval import copy_home
from warehouse.base.errors import ModelUnavailable
from warehouse.base.settings import Settings
from warehouse.tables.score_review import accept_scores

JOB = job_at("segmentation", HORIZON_DAYS)
EARLIER = AS_OF_DATE - timedelta(days=20)
DECISIONS = "select * from quality.model_promotions where job = 'segmentation'"


def marts_as_of_earlier(settings: Settings, snapshots: Snapshots) -> None:
    moved = snapshots.scoring.assign(as_of_date=pd.Timestamp(EARLIER))
    nothing = snapshots.training.iloc[:0]
    write_marts(
        settings.build_file(SOURCE),
        replace(snapshots, as_of_date=EARLIER, scoring=moved, training=nothing, evaluation=nothing),
    )


def serving(settings: Settings, day) -> str | None:
    found = serving_version(run_of(settings, JOB, SOURCE, day), day)
    return found and found.version


def champion(settings: Settings) -> str:
    return champion_of(TrackingServer(settings), JOB, SOURCE).version


def rows(settings: Settings, query: str) -> list[tuple]:
    with duckdb.connect(str(settings.build_file(SOURCE)), read_only=True) as connection:
        return connection.execute(query).fetchall()


def train_earlier(settings: Settings, **options: bool) -> TrainingOutcome:
    return train(settings, JOB.name, SOURCE, EARLIER, pipeline_run_id="past", definitions=DEFINITIONS, **options)


@pytest.fixture(scope="module")
def past(trained, snapshots: Snapshots, tmp_path_factory) -> tuple[Settings, TrainingOutcome, str]:
    """Marts of an earlier date, trained for under the eyes of a champion of today: home, outcome, champion."""
    settings = copy_home(trained[0], tmp_path_factory.mktemp("past"))
    marts_as_of_earlier(settings, snapshots)
    with pytest.raises(ModelUnavailable, match="Train one first"):
        score(settings, JOB.name, SOURCE, EARLIER, DEFINITIONS)
    return settings, train_earlier(settings), trained[1][JOB.name].model_version


@pytest.fixture
def home(past, tmp_path: Path) -> Settings:
    return copy_home(past[0], tmp_path / "home")


def test_the_champion_stays_and_each_serves_its_dates(past, home: Settings):
    _, outcome, today = past
    assert outcome.status == "serves_past_dates"
    assert outcome.reason.startswith(f"Trained because the champion was trained as of {AS_OF_DATE}, later than")
    assert f"Version {outcome.model_version} serves dates from {EARLIER}" in outcome.reason
    assert f"version {today}, trained as of {AS_OF_DATE}, stays champion" in outcome.reason
    assert champion(home) == today != outcome.model_version
    client = mlflow.MlflowClient(home.tracking_uri, home.tracking_uri)
    assert str(client.get_model_version_by_alias(JOB.model_name, "champion").version) == today
    served = {day: serving(home, EARLIER + timedelta(days=day)) for day in (-1, 0, 19, 20, 300)}
    past_version = outcome.model_version
    assert served == {-1: None, 0: past_version, 19: past_version, 20: today, 300: today}


def test_the_past_date_is_scored_by_it_and_only_that_date_changes(past, home: Settings):
    _, outcome, _ = past
    others = f"select * from scores.customer_segments where as_of_date <> date '{EARLIER}' order by all"
    with duckdb.connect(str(home.build_file(SOURCE))) as connection:
        accept_scores(connection, AS_OF_DATE)
    before = rows(home, others)
    assert score(home, JOB.name, SOURCE, EARLIER, DEFINITIONS).model_version == outcome.model_version
    assert rows(home, others) == before
    assert {row[0] for row in rows(home, "select distinct as_of_date from scores.customer_segments_current")} == {
        AS_OF_DATE
    }


def test_what_serves_a_past_date_is_not_trained_again_nor_its_run_repeated(past, home: Settings):
    _, outcome, _ = past
    before = rows(home, DECISIONS)
    assert train_earlier(home, force=True) == outcome  # the same run: decided already
    assert rows(home, DECISIONS) == before
    again = train(home, JOB.name, SOURCE, EARLIER, definitions=DEFINITIONS)
    assert (again.status, again.model_version) == ("not_retrained", outcome.model_version)
    assert champion(home) == past[2]


def test_rolling_back_the_champion_does_not_lead_to_it(past, home: Settings):
    with pytest.raises(ModelUnavailable, match="No other version of crm_segmentation has served"):
        roll_back(home, JOB.name, SOURCE, AS_OF_DATE)


def test_a_version_put_aside_does_not_come_back_for_the_dates_it_served(past, home: Settings):
    """A champion of a later day takes over from a version that a person had put in the place of another."""
    _, outcome, today = past
    between = AS_OF_DATE + timedelta(days=5)
    roll_back(home, JOB.name, SOURCE, between, version=outcome.model_version)
    server = TrackingServer(home)
    with server.client() as client:  # as a training ten days later leaves it
        found = client.get_model_version(JOB.model_name, today)
        tags = {**found.tags, "as_of_date": (AS_OF_DATE + timedelta(days=10)).isoformat()}
        client.create_model_version(JOB.model_name, found.source, run_id=found.run_id, tags=tags)
    later = max(versions_of(server, JOB, SOURCE).values(), key=lambda version: version.as_of_date)
    run = run_of(home, JOB, SOURCE, later.as_of_date)
    commit_decision(
        run, [decision_row(run, verdict=State.PROMOTED, reason="Passes.", version=later)], champion_change(later)
    )
    assert (serving(home, later.as_of_date), serving(home, between)) == (later.version, outcome.model_version)
    roll_back(home, JOB.name, SOURCE, between, version=today)
    roll_back(home, JOB.name, SOURCE, later.as_of_date, version=later.version)
    assert serving(home, between) == today  # put back by hand, it may serve again


def test_nobody_serves_a_past_date_unapproved_and_the_champion_of_today_stays(past, home: Settings):
    _, outcome, today = past
    server = TrackingServer(home)
    with server.client() as client:
        found = client.get_model_version(JOB.model_name, outcome.model_version)
        tags = {**found.tags, "approval": "awaiting"}
        asked = str(client.create_model_version(JOB.model_name, found.source, run_id=found.run_id, tags=tags).version)
    assert serving(home, EARLIER) == outcome.model_version
    question = body(candidacy(home, JOB.name, SOURCE, asked), answer_within="1 hour")
    assert f"**Approve**: Version {asked} serves dates from {EARLIER}" in question
    assert answer(home, JOB.name, SOURCE, Answer(True, "ann"), version=asked).version == today
    assert champion(home) == today
    assert serving(home, EARLIER) == asked
    [(decision, reason)] = rows(home, f"select decision, reason from ({DECISIONS}) order by decided_at desc limit 1")
    assert decision == "serves_past_dates"
    assert f"Version {asked} serves dates from {EARLIER}" in reason


@pytest.mark.parametrize(
    ("verdict", "winner", "expected"),
    [
        ("promoted", "model", [("serves_past_dates", "new")]),
        ("baseline_serves", "rule", [("serves_past_dates", "new")]),
        ("champion_kept", None, [("champion_kept", "new")]),
        ("awaiting_approval", "rule", [("serves_past_dates", "new"), ("awaiting_approval", "asked")]),
        ("awaiting_approval", None, [("awaiting_approval", "asked")]),
    ],
)
def test_what_is_written_of_a_training_for_a_past_date(past, verdict, winner, expected):
    settings, *_ = past
    champion_of_today = champion_of(TrackingServer(settings), JOB, SOURCE)
    recorded = Recorded(replace(champion_of_today, version="new"), replace(champion_of_today, version="asked"))
    decision = Decision(verdict, "Why.", winner, "model", "rule", "silhouette", 0.5, 0.4, None)
    make_row = partial(decision_row, run_of(settings, JOB, SOURCE, EARLIER, "past"), decision=decision)
    made = training_rows(make_row, "Why.", recorded, decision, champion_of_today)
    assert [(row.decision, row.model_version) for row in made] == expected
    assert ("stays champion" in made[0].reason) == (winner is not None)


def test_a_refusal_leaves_what_could_have_served(past, home: Settings, snapshots: Snapshots):
    _, outcome, _ = past
    few = replace(snapshots, scoring=snapshots.scoring.iloc[:3].reset_index(drop=True))
    marts_as_of_earlier(home, few)
    refused = train(home, JOB.name, SOURCE, EARLIER, definitions=DEFINITIONS, force=True)
    assert refused.status == "refused"
    assert score(home, JOB.name, SOURCE, EARLIER, DEFINITIONS).model_version == outcome.model_version
