"""Why a run failed, in readable words: read from the tasks' states and logs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from services.airflow_api import AirflowApi, AirflowUnavailable
from warehouse.base.errors import ClienteleError

DBT_RUN = "run_dbt"
# The logger that the DAGs use for what is meant for users.
PEOPLE_LOGGER = "clientele"

_REASON_LINES = 12


class PipelineFailed(ClienteleError):
    """A task of the pipeline failed."""


def explain(api: AirflowApi, logs: Path, dag_id: str, run_id: str, tasks: list[dict[str, Any]]) -> str:
    """Return which task failed, why, and where to look.

    Parameters
    ----------
    logs
        The folder of the tasks' logs, which stay when Airflow is stopped.
    """
    task = culprit(tasks)
    if task is None:
        return f"{dag_id} failed, but none of its tasks did. Look at it: {api.address}/dags/{dag_id}/runs/{run_id}"
    attempt = max(task["try_number"], 1)
    try:
        entries = api.task_log(dag_id, run_id, task["task_id"], attempt)
    except AirflowUnavailable:
        entries = []
    reason = reason_from_log(entries) or "Its log holds no reason."
    page = f"{api.address}/dags/{dag_id}/runs/{run_id}/tasks/{task['task_id']}"
    log = logs / f"dag_id={dag_id}" / f"run_id={run_id}" / f"task_id={task['task_id']}" / f"attempt={attempt}.log"
    return f"{dag_id}, task {task['task_id']}, failed.\n\n  {reason}\n\n  In Airflow: {page}\n  Its log:    {log}"


def culprit(tasks: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Return the task that failed by itself: the dbt run rather than the models it failed to build."""
    failed = [task for task in tasks if task["state"] == "failed"]
    failed.sort(key=lambda task: (task["task_id"] != DBT_RUN, task.get("end_date") or ""))
    return failed[0] if failed else None


def reason_from_log(entries: list[dict[str, Any]]) -> str:
    """Return the message meant for users if there is one, else what dbt said, else the exception."""
    said = [entry["event"] for entry in entries if _is_error(entry) and entry.get("logger") == PEOPLE_LOGGER]
    if said:
        return _indented(said[-1].splitlines())
    dbt = [entry["event"] for entry in entries if _is_error(entry) and "cosmos" in str(entry.get("logger"))]
    if dbt:
        lines = [line for event in dbt for line in event.splitlines() if line.strip()]
        return _indented(list(dict.fromkeys(lines)))
    for entry in reversed(entries):
        for detail in entry.get("error_detail") or []:
            return f"{detail.get('exc_type')}: {detail.get('exc_value')}"
    return ""


def _is_error(entry: dict[str, Any]) -> bool:
    return entry.get("level") in ("error", "critical")


def _indented(lines: list[str]) -> str:
    left_out = len(lines) - _REASON_LINES
    kept = lines[:_REASON_LINES] + ([f"… and {left_out} more lines"] if left_out > 0 else [])
    return "\n  ".join(kept)
