"""The DAGs in a real Airflow, from the trigger to what is published: questions to people, doors, alerts.

One start of Airflow and one run for all; what a second date brings is seen to by test_airflow_dates.py.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.environment import AIRFLOW_USER
from services.sign_in import airflow_password
from tests.integration.airflow_runs import (
    SOURCE,
    AirflowRuns,
    Asked,
    decisions,
    private_home,
    scored_by,
    started,
    with_project_parsed,
)
from warehouse.alerts.alert import alerts_file, is_told
from warehouse.base.settings import Settings

# Most of the time is spent in the fixtures, which count for the first test.
pytestmark = [pytest.mark.integration, pytest.mark.timeout(1200)]

APPROVED = "churn"
DATE = "2026-06-30"
OURS = "the password of this home"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, parsed_folder: Path) -> Iterator[Settings]:
    with private_home(tmp_path_factory.mktemp("airflow_runs"), customer_count=800) as settings:
        with_project_parsed(settings, parsed_folder)
        yield settings


@pytest.fixture(scope="module")
def airflow(home: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AirflowRuns]:
    with started(home, tmp_path_factory.mktemp("models")) as runs:
        yield runs


@pytest.fixture(scope="module")
def failing_run(airflow: AirflowRuns) -> str:
    """A run of a source without files, which fails while the other one goes on."""
    return airflow.api.trigger("ingest_sources", {"source": "files"})


@pytest.fixture(scope="module")
def ended(airflow: AirflowRuns, failing_run: str) -> Asked:
    """The one run that is published."""
    return airflow.run_with_questions(DATE, APPROVED)


def test_people_are_asked_about_each_new_model(ended: Asked, home: Settings) -> None:
    assert len(ended.questions) >= 2
    for job, question in ended.questions.items():
        assert question["options"] == ["Approve", "Reject"]
        assert question["defaults"] == ["Reject"]
        [(_, version, _)] = decisions(home, job, "awaiting_approval")
        assert f"version {version}" in question["body"]


def test_scoring_waits_for_the_answers(ended: Asked) -> None:
    assert not ended.scored_before
    assert (ended.training["approval.carry_out"], ended.training["announce"]) == ("success", "success")


def test_the_approved_model_serves_and_the_one_that_nobody_answered_for_does_not(ended: Asked, home: Settings) -> None:
    [(version, reason)] = [(version, reason) for _, version, reason in decisions(home, APPROVED, "promoted")]
    assert reason.startswith("Approved by ")
    assert "Comment: looks right." in reason
    assert scored_by(home, APPROVED, DATE) == {version}
    [(_, asked, reason)] = decisions(home, ended.unanswered, "rejected")
    assert reason.startswith("Not approved in time; closed on ")
    [(_, baseline, _)] = decisions(home, ended.unanswered, "baseline_serves")
    assert scored_by(home, ended.unanswered, DATE) == {baseline} != {asked}


def test_a_published_run_is_told_and_has_its_page(ended: Asked, home: Settings) -> None:
    told = [json.loads(line) for line in alerts_file(home).read_text(encoding="utf-8").splitlines()]
    published = [alert for alert in told if alert["kind"] == "published"]
    assert {(alert["source"], alert["as_of_date"]) for alert in published} == {(SOURCE, DATE)}
    page = Path(published[0]["link"]).read_text(encoding="utf-8")
    assert f"# {SOURCE} as of {DATE}" in page
    assert "| customers |" in page


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


def test_what_a_run_writes_is_its_owners_alone(ended: Asked, home: Settings) -> None:
    written = [path for path in home.home.rglob("*") if not path.is_symlink()]
    assert len(written) > 500
    private = [path for path in written if not path.is_relative_to(home.published_folder)]
    assert [path for path in private if path.stat().st_mode & 0o077] == []
    password = airflow_password(home).encode()
    assert [path for path in home.logs_folder.iterdir() if password in path.read_bytes()] == []


@pytest.mark.usefixtures("ended")
def test_a_run_that_fails_is_told_once(airflow: AirflowRuns, failing_run: str, home: Settings) -> None:
    with pytest.raises(AssertionError, match="No files for source"):
        airflow.finish("ingest_sources", failing_run)
    airflow.wait(lambda: is_told(home, "ingest_sources", failing_run) or None, "the alert")
    told = [json.loads(line) for line in alerts_file(home).read_text(encoding="utf-8").splitlines()]
    [alert] = [alert for alert in told if alert["kind"] == "failed"]
    assert (alert["task"], alert["source"]) == ("load", "files")
    assert alert["message"].startswith("No files for source 'files'")
    assert alert["what_to_do"].startswith("Put files there")
    assert "/dags/ingest_sources/runs/" in alert["link"]
