"""Following one pipeline run through the four DAGs, over REST, with a line for each thing that gets done."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from services.airflow_api import AirflowApi, AirflowUnavailable
from services.failures import PipelineFailed, explain
from warehouse.runs.dag_ids import PIPELINE_DAGS

FIRST_DAG, FIRST_PLAN = PIPELINE_DAGS[0], "plan"
DBT_GROUP = "dbt."
# Tasks that ask a person; skipped in a run that asks nobody.
APPROVAL_GROUP = "approval."
ENDED = ("success", "failed", "skipped", "upstream_failed", "removed")
WAITING = "awaiting_input"
_ACTIVE = ("queued", "running")

_POLL_SECONDS = 1.0
_NEXT_RUN_PATIENCE_SECONDS = 90.0
_MODEL_LINES = 4  # how often the number of finished models is reported


@dataclass
class Follower:
    """Follows the DAG runs that one run of ingest_sources sets off.

    Parameters
    ----------
    api
        The Airflow to ask.
    logs
        The folder of the tasks' logs.
    say
        Takes one line of progress.
    is_alive
        Tells whether Airflow is still running; when not, waiting ends.
    """

    api: AirflowApi
    logs: Path
    say: Callable[[str], None]
    is_alive: Callable[[], bool] = lambda: True
    started: float = field(default_factory=time.monotonic)

    def follow(self, run_id: str) -> dict[str, Any]:
        """Wait for the end of the chain and return the plan of the pipeline run.

        Raises
        ------
        PipelineFailed
            If a task failed: which, why, and what to do.
        AirflowUnavailable
            If Airflow ends or the next DAG does not start.
        """
        self._follow_dag(FIRST_DAG, run_id)
        plan = self.api.xcom(FIRST_DAG, run_id, FIRST_PLAN)
        if not plan:
            raise AirflowUnavailable(f"{FIRST_DAG} left no plan behind.", f"See its run {run_id} in Airflow.")
        for dag_id in PIPELINE_DAGS[1:]:
            self._follow_dag(dag_id, self._next_run(dag_id, plan["pipeline_run_id"]))
        return (
            self.api.xcom(PIPELINE_DAGS[-1], self._next_run(PIPELINE_DAGS[-1], plan["pipeline_run_id"]), FIRST_PLAN)
            or plan
        )

    def end(self, run_id: str) -> None:
        """End what there is of the chain; what cannot be ended is named at the next start (`services.left_over`)."""
        with suppress(AirflowUnavailable):
            if self.api.run(FIRST_DAG, run_id)["state"] in _ACTIVE:
                self.api.end_run(FIRST_DAG, run_id)
            plan = self.api.xcom(FIRST_DAG, run_id, FIRST_PLAN) or {}
            for dag_id in PIPELINE_DAGS[1:] if plan else ():
                for run in self.api.runs_of_partition(dag_id, plan["pipeline_run_id"]):
                    if run["state"] in _ACTIVE:
                        self.api.end_run(dag_id, run["dag_run_id"])

    def _next_run(self, dag_id: str, pipeline_run_id: str) -> str:
        deadline = time.monotonic() + _NEXT_RUN_PATIENCE_SECONDS
        while time.monotonic() < deadline:
            runs = self._ask(self.api.runs_of_partition, dag_id, pipeline_run_id)
            if runs:
                return runs[-1]["dag_run_id"]
            self._pause()
        raise AirflowUnavailable(
            f"{dag_id} did not start.", "Look whether it is paused or has an import error in Airflow."
        )

    def _follow_dag(self, dag_id: str, run_id: str) -> None:
        known: dict[str, dict[str, Any]] = {}
        while True:
            # The state first: tasks that end between the two questions are then in the second answer.
            state = self._ask(self.api.run, dag_id, run_id)["state"]
            tasks = {task["task_id"]: task for task in self._ask(self.api.task_instances, dag_id, run_id)}
            for line in progress_lines(known, tasks):
                self.say(f"{elapsed(time.monotonic() - self.started)}  {dag_id:<16} {line}")
            known = tasks
            if state == "success":
                return
            if state == "failed":
                raise PipelineFailed(explain(self.api, self.logs, dag_id, run_id, list(tasks.values())))
            self._pause()

    def _ask(self, question: Callable[..., Any], *arguments: str) -> Any:
        """Ask again while Airflow is busy but lives."""
        try:
            return question(*arguments)
        except AirflowUnavailable:
            self._pause()
            return question(*arguments)

    def _pause(self) -> None:
        if not self.is_alive():
            raise AirflowUnavailable("Airflow has ended.", "Its logs are in var/logs; `make up` starts it again.")
        time.sleep(_POLL_SECONDS)


def progress_lines(before: dict[str, dict[str, Any]], now: dict[str, dict[str, Any]]) -> Iterator[str]:
    """Yield what to report on the tasks of one DAG run that changed since they were last looked at."""
    for task_id, task in sorted(now.items(), key=lambda item: item[1].get("end_date") or ""):
        if line := _news(task_id, before.get(task_id, {}).get("state"), task):
            yield f"{task_id:<20} {line}"
    models = [task_id for task_id in now if is_model(task_id)]
    if models:
        finished, reported = _finished(now, models), _finished(before, models)
        steps = (finished * _MODEL_LINES // len(models), reported * _MODEL_LINES // len(models))
        if steps[0] > steps[1]:
            yield f"{'dbt':<20} {finished} of {len(models)} models"


def _news(task_id: str, former_state: str | None, task: dict[str, Any]) -> str | None:
    """Return what to report on one task, if anything."""
    state = task["state"]
    if state == WAITING:
        return None if former_state == WAITING else "waits for your answer: Required Actions in Airflow"
    nobody_was_asked = state == "skipped" and task_id.startswith(APPROVAL_GROUP)
    if nobody_was_asked or is_model(task_id) or state == "upstream_failed":
        return None
    return outcome(task) if state in ENDED and former_state not in ENDED else None


def is_model(task_id: str) -> bool:
    """Return whether the task shows the progress of a dbt model or seed."""
    return task_id.startswith(DBT_GROUP)


def outcome(task: dict[str, Any]) -> str:
    """Return how a task went, in a few words."""
    seconds = f" in {task['duration']:.0f} s" if (task.get("duration") or 0) >= 1 else ""
    words = {"success": "done", "failed": "FAILED", "skipped": "skipped"}
    return words.get(task["state"], task["state"]) + seconds


def elapsed(seconds: float) -> str:
    """Return a time span as minutes and seconds.

    >>> elapsed(75.4)
    ' 1:15'
    """
    return f"{int(seconds) // 60:2d}:{int(seconds) % 60:02d}"


def _finished(tasks: dict[str, dict[str, Any]], models: list[str]) -> int:
    return sum(tasks.get(task_id, {}).get("state") in ENDED for task_id in models)
