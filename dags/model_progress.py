"""How each dbt model fared, shown in Airflow without a process or a slot for each model.

One task runs dbt and writes a line for each finished node; the task of a model waits for its line in the
triggerer, one small coroutine each, and ends there. A sensor for each model, as Cosmos' WATCHER mode has it, costs
a process each: measured on two cores, 46 s of processor time for 39 models beside the 16 s of dbt itself.
"""

from __future__ import annotations

import asyncio
import functools
import json
import re
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowFailException
from airflow.triggers.base import (
    BaseTrigger,
    StartTriggerArgs,
    TaskFailedEvent,
    TaskSkippedEvent,
    TaskSuccessEvent,
    TriggerEvent,
)
from asgiref.sync import sync_to_async

_POLL_SECONDS = 1.0
_ASK_AIRFLOW_EVERY = 10  # polls
_OVER = ("success", "failed", "upstream_failed", "skipped", "removed")
_EVENTS = {"success": TaskSuccessEvent, "pass": TaskSuccessEvent, "skipped": TaskSkippedEvent}


def progress_file(folder: str, run_id: str) -> Path:
    """Return where the outcomes of one DAG run are written."""
    return Path(folder) / (re.sub(r"[^A-Za-z0-9_.-]", "_", run_id) + ".jsonl")


def append_outcome(file: Path, event: Any) -> None:
    """Write the outcome of a node, if the event of dbt tells one."""
    if event.info.name != "NodeFinished":
        return
    node = event.data.node_info
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a") as lines:
        lines.write(json.dumps({"node": node.unique_id, "status": node.node_status, "at": time.time()}) + "\n")


def outcome_of(file: Path, unique_id: str, since: float) -> str | None:
    """Return the status of the node's last outcome from a moment on, or None."""
    try:
        size = file.stat().st_size
    except FileNotFoundError:
        return None
    outcome = _outcomes(file, size).get(unique_id)
    return outcome["status"] if outcome and outcome["at"] >= since else None


@functools.lru_cache(maxsize=4)  # the models of a run all ask for the same
def _outcomes(file: Path, _size: int) -> dict[str, dict[str, Any]]:
    lines = file.read_text().split("\n")[:-1]  # what follows the last line feed is still being written
    return {outcome["node"]: outcome for outcome in map(json.loads, lines)}


class ModelProgress(BaseOperator):
    """Takes the state of one dbt model.

    Parameters
    ----------
    unique_id
        dbt's name of the node, for example ``model.clientele.fct_orders``.
    folder
        Where the outcomes are written.
    dbt_task_id
        The task that runs dbt.
    """

    ui_color = "#f5efe6"
    start_from_trigger = True

    def __init__(self, *, unique_id: str, folder: str, dbt_task_id: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.start_trigger_args = StartTriggerArgs(
            trigger_cls="dags.model_progress.ModelTrigger",
            trigger_kwargs={"unique_id": unique_id, "folder": folder, "dbt_task_id": dbt_task_id},
            next_method="execute",
        )

    def execute(self, context: Any) -> None:
        raise AirflowFailException("No triggerer is running: start it, then clear this task.")


class ModelTrigger(BaseTrigger):
    """Waits for the outcome of one dbt node."""

    def __init__(self, unique_id: str, folder: str, dbt_task_id: str) -> None:
        super().__init__()
        self.unique_id, self.folder, self.dbt_task_id = unique_id, folder, dbt_task_id

    def serialize(self) -> tuple[str, dict[str, Any]]:
        arguments = {"unique_id": self.unique_id, "folder": self.folder, "dbt_task_id": self.dbt_task_id}
        return "dags.model_progress.ModelTrigger", arguments

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Yield the event that ends the task."""
        task = self.task_instance
        file = progress_file(self.folder, task.run_id)
        # An outcome from before this attempt began belongs to an earlier dbt run, unless dbt does not run again.
        began = time.time()
        polls = 0
        while (status := outcome_of(file, self.unique_id, began)) is None:
            polls += 1
            if polls % _ASK_AIRFLOW_EVERY == 0 and await sync_to_async(self._dbt_is_over)():
                status = outcome_of(file, self.unique_id, 0.0) or "skipped"
                break
            await asyncio.sleep(_POLL_SECONDS)
        yield _EVENTS.get(status, TaskFailedEvent)()

    def _dbt_is_over(self) -> bool:
        task = self.task_instance
        states = task.get_task_states(dag_id=task.dag_id, task_ids=[self.dbt_task_id], run_ids=[task.run_id])
        return str(states.get(task.run_id, {}).get(self.dbt_task_id)) in _OVER
