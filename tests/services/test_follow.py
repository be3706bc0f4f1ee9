"""Following a run, and telling why it failed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from services import follow
from services.airflow_api import AirflowUnavailable
from services.failures import PipelineFailed, culprit, reason_from_log
from services.follow import Follower, progress_lines
from tests.services.fake_airflow import FakeAirflow, task

LOGS = Path("home") / "logs"


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow, "_POLL_SECONDS", 0.0)
    monkeypatch.setattr(follow, "_NEXT_RUN_PATIENCE_SECONDS", 0.05)


def chain(**changed: list[tuple[str, list[dict[str, Any]]]]) -> dict[str, list[tuple[str, list[dict[str, Any]]]]]:
    steps = {
        "ingest_sources": [("running", [task("load", "running")]), ("success", [task("load"), task("plan")])],
        "build_marts": [("success", [task("run_dbt"), task("dbt.fct_orders"), task("dbt.dim_customers")])],
        "train_models": [("success", [task("train_churn", duration=0.2)])],
        "score_customers": [("success", [task("publish")])],
    }
    return steps | changed


def test_a_run_is_followed_to_its_end_with_a_line_for_each_task() -> None:
    said: list[str] = []
    plan = Follower(FakeAirflow(chain()), LOGS, said.append).follow("run")
    assert plan["pipeline_run_id"] == "cdnow-1"
    assert [line.split()[1:] for line in said] == [
        ["ingest_sources", "load", "done", "in", "2", "s"],
        ["ingest_sources", "plan", "done", "in", "2", "s"],
        ["build_marts", "run_dbt", "done", "in", "2", "s"],
        ["build_marts", "dbt", "2", "of", "2", "models"],
        ["train_models", "train_churn", "done"],
        ["score_customers", "publish", "done", "in", "2", "s"],
    ]


def test_one_unanswered_question_is_asked_again() -> None:
    airflow = FakeAirflow(chain())
    airflow.busy = 1
    assert Follower(airflow, LOGS, lambda _: None).follow("run")["source"] == "cdnow"


def test_a_failure_names_the_task_the_reason_and_the_log() -> None:
    log = [
        {"event": "loading", "level": "info", "logger": "clientele"},
        {"event": "orders.csv: no column ordered_at\n  What to do: rename it", "level": "error", "logger": "clientele"},
        {"event": "Task failed with exception", "level": "error", "logger": "task"},
    ]
    failed = [("failed", [task("load", "failed"), task("plan", "upstream_failed")])]
    said: list[str] = []
    with pytest.raises(PipelineFailed) as failure:
        Follower(FakeAirflow(chain(ingest_sources=failed), log), LOGS, said.append).follow("run")
    text = str(failure.value)
    assert "ingest_sources, task load, failed" in text
    assert "no column ordered_at" in text
    assert "What to do: rename it" in text
    assert "/dags/ingest_sources/runs/run/tasks/load" in text
    assert "logs/dag_id=ingest_sources/run_id=run/task_id=load/attempt=1.log" in text
    assert [line.split()[2:4] for line in said] == [["load", "FAILED"]]


def test_a_dag_that_does_not_start_ends_the_waiting() -> None:
    steps = chain()
    del steps["train_models"]
    with pytest.raises(AirflowUnavailable, match="train_models did not start"):
        Follower(FakeAirflow(steps), LOGS, lambda _: None).follow("run")


def test_an_airflow_that_ended_ends_the_waiting() -> None:
    running = [("running", [task("load", "running")])]
    follower = Follower(FakeAirflow(chain(ingest_sources=running)), LOGS, lambda _: None, is_alive=lambda: False)
    with pytest.raises(AirflowUnavailable, match="has ended"):
        follower.follow("run")


def test_models_are_told_in_quarters() -> None:
    def states(finished: int) -> dict[str, dict[str, Any]]:
        return {f"dbt.m{i}": task(f"dbt.m{i}", "success" if i < finished else "deferred") for i in range(8)}

    assert list(progress_lines(states(0), states(1))) == []
    [line] = progress_lines(states(1), states(3))
    assert line.split() == ["dbt", "3", "of", "8", "models"]
    assert list(progress_lines(states(3), states(3))) == []


def test_a_question_is_told_once_and_one_that_was_not_asked_not_at_all() -> None:
    def at(state: str | None) -> dict[str, dict[str, Any]]:
        return {"approval.ask": task("approval.ask", state)}

    [line] = progress_lines(at("running"), at("awaiting_input"))
    assert "waits for your answer" in line
    assert list(progress_lines(at("awaiting_input"), at("awaiting_input"))) == []
    [line] = progress_lines(at("awaiting_input"), at("success"))
    assert line.split()[:2] == ["approval.ask", "done"]
    assert list(progress_lines(at(None), at("skipped"))) == []


def test_the_dbt_run_is_to_blame_not_the_models_it_failed_to_build() -> None:
    tasks = [
        task("dbt.fct_orders", "failed", end_date="2026-01-01T00:00:01Z"),
        task("run_dbt", "failed", end_date="2026-01-01T00:00:09Z"),
        task("check_marts", "upstream_failed"),
    ]
    assert culprit(tasks)["task_id"] == "run_dbt"
    assert culprit([task("load")]) is None


def test_without_a_message_for_people_the_exception_is_the_reason() -> None:
    detail = [{"exc_type": "MemoryError", "exc_value": "out of memory"}]
    assert reason_from_log([{"event": "Task failed", "level": "error", "error_detail": detail}]) == (
        "MemoryError: out of memory"
    )
    assert reason_from_log([]) == ""


def test_a_long_reason_is_cut_and_says_so() -> None:
    lines = "\n".join(str(number) for number in range(50))
    reason = reason_from_log([{"event": lines, "level": "error", "logger": "clientele"}])
    assert "and 38 more lines" in reason
