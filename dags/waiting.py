"""Waiting for other runs in the triggerer, which needs no process, no slot and none of the task's attempts.

A sensor that reschedules itself can lose an attempt with each check: if the scheduler is slow to notice the end of a
check, it finds the task scheduled again and assumes that it was killed. Tasks that wait here are deferred
(`TaskDeferred`), check in the triggerer, and are called again when the wait is over.
"""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any, NoReturn

from airflow.providers.standard.decorators.python import _PythonDecoratedOperator
from airflow.sdk.bases.decorator import TaskDecorator, task_decorator_factory
from airflow.sdk.exceptions import TaskDeferred
from airflow.sdk.execution_time.task_runner import RuntimeTaskInstance as Airflow
from airflow.triggers.base import BaseTrigger, TriggerEvent
from asgiref.sync import sync_to_async

# States of tasks that run or are about to.
UNDER_WAY = ("scheduled", "queued", "running", "up_for_retry", "restarting")
ENDED = ("success", "failed", "upstream_failed", "skipped", "removed")
_CHECK_EVERY_SECONDS = 3.0


class WaitingOperator(_PythonDecoratedOperator):
    """A task of a function that may defer itself; it is called again when the wait is over."""

    custom_operator_name = "@task"

    def execute(self, context: Any, event: Any = None) -> Any:
        return super().execute(context)


def waiting_task(**options: Any) -> TaskDecorator:
    """Return a decorator, as `airflow.sdk.task` does, for functions that may call `wait_for`."""
    return task_decorator_factory(decorated_operator_class=WaitingOperator, **options)


def wait_for(trigger: Wait, most: timedelta) -> NoReturn:
    """Defer the task, which then starts from the beginning when the wait is over.

    Raises
    ------
    TaskDeferred
        Always; this is how Airflow defers a task.
    """
    raise TaskDeferred(trigger=trigger, method_name="execute", timeout=most)


class Wait(BaseTrigger):
    """Checks every few seconds whether the wait is over."""

    @abstractmethod
    def is_free(self) -> bool:
        """Whether the task may continue."""

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Yield when the wait is over."""
        check = sync_to_async(self.is_free)
        while not await check():
            await asyncio.sleep(_CHECK_EVERY_SECONDS)
        yield TriggerEvent(True)


class OtherRuns(Wait):
    """Waits for the end of all runs of some DAGs, and of some tasks of others.

    Parameters
    ----------
    dag_ids
        DAGs of which no run may be under way.
    task_ids
        By DAG, tasks of which none may be under way.
    """

    def __init__(self, dag_ids: list[str], task_ids: dict[str, list[str]] | None = None) -> None:
        super().__init__()
        self.dag_ids, self.task_ids = dag_ids, task_ids or {}

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return "dags.waiting.OtherRuns", {"dag_ids": self.dag_ids, "task_ids": self.task_ids}

    def is_free(self) -> bool:
        return not others_work(self.dag_ids, self.task_ids)


class EarlierTasks(Wait):
    """Waits for the end of the mapped tasks before this one."""

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return "dags.waiting.EarlierTasks", {}

    def is_free(self) -> bool:
        return earlier_tasks_ended(self.task_instance)


def others_work(dag_ids: list[str], task_ids: dict[str, list[str]]) -> bool:
    """Whether a run of the DAGs, or one of the tasks by DAG, is under way; works in tasks and in the triggerer."""
    return any(Airflow.get_dr_count(dag_id=dag_id, states=["queued", "running"]) for dag_id in dag_ids) or any(
        Airflow.get_ti_count(dag_id=dag_id, task_ids=tasks, states=list(UNDER_WAY))
        for dag_id, tasks in task_ids.items()
    )


def earlier_tasks_ended(ti: Any) -> bool:
    """Whether all mapped tasks with a lower index have ended; one that waits for its second attempt has not."""
    which = {"dag_id": ti.dag_id, "task_ids": [ti.task_id], "run_ids": [ti.run_id]}
    states = Airflow.get_task_states(**which).get(ti.run_id, {})
    return all(states.get(f"{ti.task_id}_{earlier}") in ENDED for earlier in range(ti.map_index))
