"""The DAGs in a real Airflow at several dates: a second one, backtest and roll-back by hand, dates in between.

One start of Airflow for all. The shop's first date is run without it; Airflow then does the second, four months on,
and a training by hand after it. test_airflow_runs.py does one date; what each training, roll-back, backtest and past
date brings is tested without Airflow in tests/ml and tests/pipeline, and what the DAGs hand to it in tests/dags.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from pipeline import stages
from tests.integration import pipeline
from tests.integration.airflow_runs import SOURCE, AirflowRuns, Asked, decisions, private_home, scored_by, started
from tests.quick_models import quick_models
from warehouse.base.connections import open_published
from warehouse.base.settings import Settings
from warehouse.tables.scores import score_tables

# Minutes; most of it is spent in the fixtures, which count for the first test.
pytestmark = [pytest.mark.campaign, pytest.mark.integration, pytest.mark.timeout(1800)]

APPROVED = "churn"
FIRST_DATE, DATE_BETWEEN, SECOND_DATE = "2026-03-01", "2026-05-01", "2026-06-30"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    with private_home(tmp_path_factory.mktemp("airflow_dates"), customer_count=1300) as settings:
        yield settings


@pytest.fixture(scope="module")
def first(home: Settings, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The first date, landing to published, without Airflow and without questions; the outcomes by job."""
    _, plan = stages.ingest_checked(home, SOURCE, as_of_date=date.fromisoformat(FIRST_DATE))
    stages.build_checked(home, plan)
    with quick_models(tmp_path_factory.mktemp("models") / "conf"):
        outcomes = stages.train_all(home, plan, needs_approval=False)
        stages.score_and_publish(home, plan)
    return outcomes


@pytest.fixture(scope="module")
def airflow(home: Settings, first: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[AirflowRuns]:
    with started(home, tmp_path_factory.mktemp("models")) as runs:
        yield runs


@pytest.fixture(scope="module")
def second(airflow: AirflowRuns) -> Asked:
    """The second date."""
    return airflow.run_with_questions(SECOND_DATE, APPROVED)


@dataclass(frozen=True)
class ByHand:
    """What came of a training by hand that goes back to a former model and replays earlier dates."""

    training: dict[str, str]
    backtest: str


@pytest.fixture(scope="module")
def by_hand(airflow: AirflowRuns, second: Asked) -> ByHand:
    """The model approved is rolled back, and one earlier date is replayed; nobody is asked."""
    last = airflow.newest("score_customers")
    form = {"source": SOURCE, "as_of_date": SECOND_DATE, "roll_back": APPROVED}
    form |= {"backtest_origins": 1, "ask_before_promoting": False}
    run_id = airflow.api.trigger("train_models", form)
    states = airflow.finish("train_models", run_id)
    told = " ".join(airflow.api.xcom("train_models", run_id, "backtest"))
    airflow.finish("score_customers", airflow.next_run("score_customers", last))
    return ByHand(states, told)


@dataclass(frozen=True)
class Backfilled:
    """What is published before and after a date in between is filled in and the second is made again."""

    states: dict[str, str]
    before: dict[str, str]
    after: dict[str, str]


@pytest.fixture(scope="module")
def backfilled(airflow: AirflowRuns, by_hand: ByHand, home: Settings) -> Backfilled:
    before = content_by_date(home)
    form = {"source": SOURCE, "first_date": DATE_BETWEEN, "last_date": SECOND_DATE, "step_days": 60}
    states = airflow.finish("backfill_scores", airflow.api.trigger("backfill_scores", form))
    return Backfilled(states, before, content_by_date(home))


def content_by_date(settings: Settings) -> dict[str, str]:
    """A hash of each published table of marts; of scores one for each date, and one for what is current."""
    hashes = pipeline.content_hashes(settings, ("marts",))
    with open_published(settings) as connection:
        for table in score_tables():
            columns = [row[0] for row in connection.execute(f"describe scores.{table}").fetchall()]
            kept = ", ".join(name for name in columns if name != "scored_at")
            rows = f"select as_of_date, hash(({kept})) as row_hash from scores.{table}"
            totals = connection.execute(f"select as_of_date, sum(row_hash)::varchar from ({rows}) group by all")
            hashes |= {f"{table} {day}": total for day, total in totals.fetchall()}
            current = connection.execute(f"select sum(hash(({kept})))::varchar from scores.{table}_current")
            hashes[f"{table}_current"] = current.fetchone()[0]
    return hashes


def test_the_second_date_trains_again_and_says_why(second: Asked, home: Settings) -> None:
    for job in second.questions:
        [(_, _, reason)] = decisions(home, job, "awaiting_approval")
        assert reason.startswith("Trained because the champion is 121 days old.")


def test_people_are_shown_what_they_decide_about(second: Asked, first: dict[str, Any]) -> None:
    assert len(second.questions) >= 2
    for job, question in second.questions.items():
        assert question["options"] == ["Approve", "Reject"]
        assert question["defaults"] == ["Reject"]
        assert f"in service: {first[job].candidate} (version {first[job].model_version})" in question["body"]


def test_scoring_waits_for_the_answers(second: Asked) -> None:
    assert not second.scored_before
    assert (second.training["approval.carry_out"], second.training["announce"]) == ("success", "success")


def test_the_approved_model_serves_and_the_one_that_nobody_answered_for_does_not(
    second: Asked, first: dict[str, Any], home: Settings
) -> None:
    promoted = decisions(home, APPROVED, "promoted")
    [(version, reason)] = [(version, reason) for _, version, reason in promoted if reason.startswith("Approved by ")]
    assert "Comment: looks right." in reason
    assert version != first[APPROVED].model_version
    [(_, asked, reason)] = decisions(home, second.unanswered, "rejected")
    assert reason.startswith("Not approved in time; closed on ")
    assert asked != first[second.unanswered].model_version
    assert scored_by(home, second.unanswered, SECOND_DATE) == {first[second.unanswered].model_version}


def test_two_dates_give_migration_drift_and_realised_performance(second: Asked, home: Settings) -> None:
    moved = f"select sum(customer_count) from marts.segment_migration where to_as_of_date = date '{SECOND_DATE}'"
    [(customers,)] = pipeline.published(home, moved)
    assert customers > 100
    drift = f"select distinct job from quality.drift where as_of_date = date '{SECOND_DATE}'"
    assert {("churn",), ("clv",)} <= set(pipeline.published(home, drift))
    judged = f"""
        select job, count(*), min(metric_value) from quality.realised_performance
        where as_of_date = date '{FIRST_DATE}' and metric_name in ('roc_auc', 'gini') group by job order by job
    """
    [(churn, _, auc), (clv, _, gini)] = pipeline.published(home, judged)
    assert (churn, clv) == ("churn", "clv")
    assert auc > 0.6
    assert gini > 0.3


def test_nobody_is_asked_where_nobody_asked_for_it(by_hand: ByHand) -> None:
    assert {by_hand.training["approval.ask"], by_hand.training["approval.carry_out"]} == {"skipped"}
    assert by_hand.training["announce"] == "success"


def test_a_roll_back_in_airflow_lets_the_former_model_score(
    by_hand: ByHand, second: Asked, first: dict[str, Any], home: Settings
) -> None:
    [(_, version, _)] = decisions(home, APPROVED, "rolled_back")
    assert version == first[APPROVED].model_version
    assert scored_by(home, APPROVED, SECOND_DATE) == {version}


def test_a_rejected_model_is_not_trained_again_on_the_same_data(by_hand: ByHand, second: Asked, home: Settings) -> None:
    [(_, _, reason)] = decisions(home, second.unanswered, "not_retrained")
    assert "was rejected" in reason


def test_a_backtest_in_airflow_replays_a_date(by_hand: ByHand) -> None:
    assert by_hand.training["backtest"] == "success"
    assert "churn:" in by_hand.backtest
    assert "1 of 1 origins evaluated" in by_hand.backtest


def test_past_dates_are_filled_in_and_made_again_and_nothing_else_changes(backfilled: Backfilled) -> None:
    assert set(backfilled.states.values()) == {"success"}
    before, after = backfilled.before, backfilled.after
    between = {name for name in after if name.endswith(DATE_BETWEEN)}
    assert between == set(after) - set(before)
    assert {"customer_churn", "customer_clv", "customer_segments"} <= {name.split()[0] for name in between}
    # How customers moved between segments is told from the newest date before, which is another one.
    assert {name for name in before if before[name] != after[name]} <= {"marts.segment_migration"}


def test_a_date_in_between_is_scored_by_what_served_then(
    backfilled: Backfilled, first: dict[str, Any], home: Settings
) -> None:
    for job in ("churn", "clv", "segmentation"):
        assert scored_by(home, job, DATE_BETWEEN) == {first[job].model_version}
    [(last,)] = pipeline.published(home, "select distinct as_of_date::varchar from marts.customer_360")
    assert last == SECOND_DATE
