"""A stand-in for Airflow's REST client that plays a run step by step."""

from __future__ import annotations

from typing import Any

from services.airflow_api import AirflowUnavailable

# For each DAG the answers, one after another: the state of its run, and its tasks.
Steps = dict[str, list[tuple[str, list[dict[str, Any]]]]]


def task(task_id: str, state: str | None = "success", **more: Any) -> dict[str, Any]:
    return {
        "task_id": task_id,
        "state": state,
        "duration": 2.0,
        "end_date": "2026-01-01T00:00:00Z",
        "try_number": 1,
    } | more


class FakeAirflow:
    """Answers like AirflowApi.

    Parameters
    ----------
    steps
        For each DAG the answers to give, one after another; the last one stays. Each is (state, tasks).
    """

    address = "http://127.0.0.1:8080"

    def __init__(self, steps: Steps, log: list[dict[str, Any]] | None = None):
        self.steps = steps
        self.entries = log or []
        self.busy = 0
        self._now: dict[str, tuple[str, list[dict[str, Any]]]] = {}

    def run(self, dag_id: str, run_id: str) -> dict[str, Any]:
        if self.busy:
            self.busy -= 1
            raise AirflowUnavailable("busy")
        left = self.steps[dag_id]
        self._now[dag_id] = left.pop(0) if len(left) > 1 else left[0]
        return {"state": self._now[dag_id][0], "dag_run_id": run_id}

    def task_instances(self, dag_id: str, run_id: str) -> list[dict[str, Any]]:
        return self._now[dag_id][1]

    def runs_of_partition(self, dag_id: str, partition_key: str) -> list[dict[str, Any]]:
        return [{"dag_run_id": f"{dag_id}-run"}] if dag_id in self.steps else []

    def xcom(self, dag_id: str, run_id: str, task_id: str) -> Any:
        return {"source": "cdnow", "as_of_date": "1998-07-01", "pipeline_run_id": "cdnow-1"}

    def task_log(self, dag_id: str, run_id: str, task_id: str, try_number: int) -> list[dict[str, Any]]:
        return self.entries
