"""The DAGs in a real Airflow: a second date, questions to people, backtest and roll-back, dates in between.

One start of Airflow for all. The shop's first date is run without it; Airflow then does the second, four months on,
and a training by hand after it.
"""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipeline import stages
from services import embedded
from services.environment import AIRFLOW_USER
from services.sign_in import airflow_password, signed_in
from tests.integration import pipeline
from tests.integration.airflow_runs import AirflowRuns
from tests.server.native_server import free_port
from warehouse.alerts.alert import alerts_file, is_told, last_alert
from warehouse.base.connections import open_published
from warehouse.base.permissions import OWNER_ALONE, keep_private
from warehouse.base.settings import Settings
from warehouse.tables.scores import score_tables

# Two to four minutes where nothing else runs; most of it is spent in the fixtures, which count for the first test.
pytestmark = [pytest.mark.integration, pytest.mark.timeout(1800)]

SOURCE = "sample_shop"
APPROVED = "churn"
FIRST_DATE, DATE_BETWEEN, SECOND_DATE = "2026-03-01", "2026-05-01", "2026-06-30"
OURS = "the password of this home"
ENVIRONMENT = {
    "CLIENTELE_SAMPLE_CUSTOMER_COUNT": "1300",
    "CLIENTELE_MEMORY_LIMIT": "1GB",
    "CLIENTELE_MLFLOW_TRACKING_URI": "",
    # Of the runs that nobody starts by hand.
    "CLIENTELE_PROMOTION_NEEDS_APPROVAL": "true",
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """The settings, in the environment too, as Airflow's processes read them there."""
    with pytest.MonkeyPatch.context() as patched:
        ports = {"CLIENTELE_AIRFLOW_PORT": str(free_port()), "CLIENTELE_MLFLOW_PORT": str(free_port())}
        folder = {"CLIENTELE_HOME": str(tmp_path_factory.mktemp("airflow_runs"))}
        for name, value in {**ENVIRONMENT, **ports, **folder}.items():
            patched.setenv(name, value)
        # As `run_command` does around every command.
        umask = os.umask(OWNER_ALONE)
        keep_private(Settings())
        yield Settings()
        os.umask(umask)


@pytest.fixture(scope="module")
def first(home: Settings) -> dict[str, Any]:
    """The first date, landing to published, without Airflow and without questions; the outcomes by job."""
    _, plan = stages.ingest_checked(home, SOURCE, as_of_date=date.fromisoformat(FIRST_DATE))
    stages.build_checked(home, plan)
    outcomes = stages.train_all(home, plan, needs_approval=False)
    stages.score_and_publish(home, plan)
    return outcomes


@pytest.fixture(scope="module")
def airflow(home: Settings, first: dict[str, Any]) -> Iterator[AirflowRuns]:
    try:
        where = embedded.up(home, print, with_mlflow=False)
        yield AirflowRuns(signed_in(home, where), home.airflow_home)
    finally:
        embedded.down(home)


@dataclass(frozen=True)
class SecondDate:
    """What came of the second date.

    Attributes
    ----------
    unanswered
        The job whose question nobody answered in time.
    scored_before
        Whether score_customers had started while people were still being asked.
    """

    questions: dict[str, dict[str, Any]]
    approved: str
    unanswered: str
    scored_before: bool
    training: dict[str, str]


@pytest.fixture(scope="module")
def second(airflow: AirflowRuns) -> SecondDate:
    """The second date through all four DAGs; one new model is approved, for one the time to answer runs out, and any
    other is rejected.
    """
    run_id = airflow.api.trigger("ingest_sources", {"source": SOURCE, "as_of_date": SECOND_DATE})
    airflow.finish("ingest_sources", run_id)
    training = airflow.next_run("train_models", None)
    scored_before, unanswered = [], []

    def decide(job: str) -> tuple[str, str] | None:
        scored_before.append(airflow.newest("score_customers"))
        if job == APPROVED:
            return "Approve", "looks right"
        if unanswered in ([], [job]):
            unanswered[:] = [job]
            return None
        return "Reject", "not before the sale"

    questions = airflow.answer_all(training, decide)
    states = airflow.finish("train_models", training)
    airflow.finish("score_customers", airflow.next_run("score_customers", None))
    return SecondDate(questions, APPROVED, unanswered[0], any(scored_before), states)


@dataclass(frozen=True)
class ByHand:
    """What came of a training by hand that goes back to a former model and replays earlier dates."""

    training: dict[str, str]
    backtest: str


@pytest.fixture(scope="module")
def by_hand(airflow: AirflowRuns, second: SecondDate) -> ByHand:
    """The model approved is rolled back, and one earlier date is replayed; nobody is asked."""
    last = airflow.newest("score_customers")
    form = {"source": SOURCE, "as_of_date": SECOND_DATE, "roll_back": second.approved}
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


def decisions(settings: Settings, job: str, *kinds: str) -> list[tuple[str, str, str]]:
    """Published decisions about a job's models of the second date and after: decision, version, reason."""
    rows = pipeline.published(
        settings,
        f"select decision, model_version, reason from quality.model_promotions where job = '{job}' order by decided_at",
    )
    return [row for row in rows if row[0] in kinds]


def scored_by(settings: Settings, job: str, day: str) -> set[str]:
    """Versions that the published scores of a date come from."""
    table = {"churn": "customer_churn", "clv": "customer_clv", "segmentation": "customer_segments"}[job]
    return {
        version
        for (version,) in pipeline.published(
            settings, f"select distinct model_version from scores.{table} where as_of_date = date '{day}'"
        )
    }


def test_the_second_date_trains_again_and_says_why(second: SecondDate, home: Settings) -> None:
    for job in second.questions:
        [(_, _, reason)] = decisions(home, job, "awaiting_approval")
        assert reason.startswith("Trained because the champion is 121 days old.")


def test_people_are_shown_what_they_decide_about(second: SecondDate, first: dict[str, Any]) -> None:
    assert len(second.questions) >= 2
    for job, question in second.questions.items():
        assert question["options"] == ["Approve", "Reject"]
        assert question["defaults"] == ["Reject"]
        assert f"in service: {first[job].candidate} (version {first[job].model_version})" in question["body"]


def test_scoring_waits_for_the_answers(second: SecondDate) -> None:
    assert not second.scored_before
    assert (second.training["approval.carry_out"], second.training["announce"]) == ("success", "success")


def test_the_approved_model_serves_and_the_one_that_nobody_answered_for_does_not(
    second: SecondDate, first: dict[str, Any], home: Settings
) -> None:
    promoted = decisions(home, second.approved, "promoted")
    [(version, reason)] = [(version, reason) for _, version, reason in promoted if reason.startswith("Approved by ")]
    assert "Comment: looks right." in reason
    assert version != first[second.approved].model_version
    [(_, asked, reason)] = decisions(home, second.unanswered, "rejected")
    assert reason.startswith("Not approved in time; closed on ")
    assert asked != first[second.unanswered].model_version
    assert scored_by(home, second.unanswered, SECOND_DATE) == {first[second.unanswered].model_version}


def test_two_dates_give_migration_drift_and_realised_performance(second: SecondDate, home: Settings) -> None:
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
    by_hand: ByHand, second: SecondDate, first: dict[str, Any], home: Settings
) -> None:
    [(_, version, _)] = decisions(home, second.approved, "rolled_back")
    assert version == first[second.approved].model_version
    assert scored_by(home, second.approved, SECOND_DATE) == {version}


def test_a_rejected_model_is_not_trained_again_on_the_same_data(
    by_hand: ByHand, second: SecondDate, home: Settings
) -> None:
    [(_, _, reason)] = decisions(home, second.unanswered, "not_retrained")
    assert "was rejected" in reason


def test_a_backtest_in_airflow_replays_a_date(by_hand: ByHand) -> None:
    assert by_hand.training["backtest"] == "success"
    assert "churn:" in by_hand.backtest
    assert "1 of 1 origins judged" in by_hand.backtest


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


def test_a_published_run_is_told_and_has_its_page(second: SecondDate, home: Settings) -> None:
    told = [json.loads(line) for line in alerts_file(home).read_text(encoding="utf-8").splitlines()]
    published = [alert for alert in told if alert["kind"] == "published"]
    assert {(alert["source"], alert["as_of_date"]) for alert in published} == {(SOURCE, SECOND_DATE)}
    page = Path(published[0]["link"]).read_text(encoding="utf-8")
    assert f"# {SOURCE} as of {SECOND_DATE}" in page
    assert "| customers |" in page.split("## Changes against the former version")[1]


@pytest.mark.parametrize(
    ("path", "password", "headers", "status"),
    [
        ("/auth/token", None, {}, 403),
        ("/auth/token/login", None, {}, 403),
        ("/auth/token", "guessed", {}, 401),
        ("/auth/token", "", {}, 400),
        ("/api/v2/variables", None, {}, 401),
        ("/sign-in/?token=guessed", None, {}, 401),
        ("/auth/token", OURS, {}, 201),
        ("/auth/token", OURS, {"Host": "evil.example"}, 403),
        ("/auth/token", OURS, {"Origin": "http://evil.example"}, 403),
        ("/api/v2/monitor/health", None, {}, 200),
        ("/api/v2/monitor/health", None, {"Host": "evil.example"}, 403),
        ("/execution/health", None, {"Host": "evil.example"}, 403),
    ],
)
def test_airflow_lets_in_who_has_the_password_and_asks_from_here(
    airflow: AirflowRuns, path: str, password: str | None, headers: dict[str, str], status: int
) -> None:
    password = airflow_password(Settings()) if password == OURS else password
    body = None if password is None else json.dumps({"username": AIRFLOW_USER, "password": password}).encode()
    headers = {"Content-Type": "application/json", **headers}
    request = urllib.request.Request(f"{airflow.api.address}{path}", body, headers)  # noqa: S310
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=20) as answer:
            found = answer.status
    except urllib.error.HTTPError as error:
        found = error.code
    assert found == status


def test_what_a_run_writes_is_its_owners_alone(second: SecondDate, home: Settings) -> None:
    written = [path for path in home.home.rglob("*") if not path.is_symlink()]
    assert len(written) > 500
    private = [path for path in written if not path.is_relative_to(home.published_folder)]
    assert [path for path in private if path.stat().st_mode & 0o077] == []
    password = airflow_password(home).encode()
    assert [path for path in home.logs_folder.iterdir() if password in path.read_bytes()] == []


def test_a_run_that_fails_is_told_once(airflow: AirflowRuns, home: Settings) -> None:
    run_id = airflow.api.trigger("ingest_sources", {"source": "files"})
    with pytest.raises(AssertionError, match="No files for source"):
        airflow.finish("ingest_sources", run_id)
    airflow._wait(lambda: is_told(home, "ingest_sources", run_id) or None, "the alert")
    alert = last_alert(home)
    assert (alert.kind, alert.task, alert.source) == ("failed", "load", "files")
    assert alert.message.startswith("No files for source 'files'")
    assert alert.what_to_do.startswith("Put files there")
    assert "/dags/ingest_sources/runs/" in alert.link
