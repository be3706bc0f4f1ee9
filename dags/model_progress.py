"""The state of each dbt model in Airflow, without a process or a slot for each model.

One task runs dbt and writes a line for each finished node; the task of a model waits for its line in the triggerer,
as one small coroutine, and ends there. A sensor for each model, as in Cosmos' WATCHER mode, needs a process each:
measured on two cores, 46 s of processor time for 39 models in addition to the 16 s of dbt.
"""

from __future__ import annotations

import asyncio
import functools
import time
from collections.abc import AsyncIterator, Callable
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

from pipeline.dbt_progress import ALL, outcome_of, progress_file

_LOOK_EVERY_SECONDS = 2.0
_ASK_AIRFLOW_EVERY_SECONDS = 60.0
_OVER = ("success", "failed", "upstream_failed", "skipped", "removed")
_EVENTS = {"success": TaskSuccessEvent, "pass": TaskSuccessEvent, "skipped": TaskSkippedEvent}


class ModelProgress(BaseOperator):
    """Shows the state of one dbt model.

    Parameters
    ----------
    unique_id
        dbt's name of the node, for example ``model.clientele.fct_orders``.
    folder
        Folder of the outcomes.
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
        task: Any = self.task_instance  # there is one while a trigger runs
        file = progress_file(self.folder, task.run_id)
        # An earlier outcome belongs to an earlier dbt run, unless dbt does not run again.
        began = time.time()
        while (status := self._status(file, began)) is None:
            # All look at the same moments: what was done between two looks ends together.
            await asyncio.sleep(_LOOK_EVERY_SECONDS - time.time() % _LOOK_EVERY_SECONDS)
            if await _asking(self.folder, task.run_id).is_over(began, self._dbt_is_over):
                status = self._last(file)
                break
        yield _EVENTS.get(status, TaskFailedEvent)()

    def _status(self, file: Path, began: float) -> str | None:
        """What came of the node since a moment; None while nothing has."""
        is_over = outcome_of(file, ALL, began) is not None  # asked first: dbt may end in between
        return outcome_of(file, self.unique_id, began) or (self._last(file) if is_over else None)

    def _last(self, file: Path) -> str:
        return outcome_of(file, self.unique_id, 0.0) or "skipped"

    def _dbt_is_over(self) -> bool:
        task: Any = self.task_instance  # there is one while a trigger runs
        states = task.get_task_states(dag_id=task.dag_id, task_ids=[self.dbt_task_id], run_ids=[task.run_id])
        return str(states.get(task.run_id, {}).get(self.dbt_task_id)) in _OVER


class _Asking:
    """Asks Airflow whether dbt is over, once a minute for all models of a run.

    Only where dbt was killed or never ran: else its last line says so. Airflow takes five seconds of processor time to
    get ready for the first question.
    """

    def __init__(self) -> None:
        self._asked_at, self._was_over = time.time(), False

    async def is_over(self, began: float, ask: Callable[[], bool]) -> bool:
        """Whether it was over when last asked after a moment."""
        if time.time() - self._asked_at >= _ASK_AIRFLOW_EVERY_SECONDS:
            self._asked_at, self._was_over = time.time(), False
            self._was_over = await sync_to_async(ask)()
        return self._was_over and self._asked_at > began


@functools.lru_cache(maxsize=8)
def _asking(_folder: str, _run_id: str) -> _Asking:
    return _Asking()
