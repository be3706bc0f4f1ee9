"""Runs that an interruption left unfinished: named before Airflow starts again, and finished or ended, as one chooses.

Airflow itself would go on with them without a word.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass

from services.airflow_api import AirflowApi
from warehouse.base.errors import ClienteleError
from warehouse.base.settings import Settings

FINISH, END = "finish", "end"
_UNFINISHED = """
    select
        run.dag_id, run.run_id, coalesce(run.partition_key, ''),
        exists (
            select 1 from task_instance as task
            where task.dag_id = run.dag_id and task.run_id = run.run_id and task.state = 'awaiting_input'
        )
    from dag_run as run where run.state in ('queued', 'running') order by run.queued_at
"""
# What a DAG has handed over, and the next one has not taken up yet.
_NOT_BEGUN = """
    select target_dag_id, partition_key from asset_partition_dag_run where created_dag_run_id is null order by id
"""
_BEGINS_WITHIN_SECONDS = 60.0


@dataclass(frozen=True)
class LeftOver:
    """One DAG run of an interrupted pipeline run.

    Attributes
    ----------
    run_id
        Empty where the DAG run is yet to begin, because the one before it was the last that ended.
    asks_somebody
        Whether it waits for a person's answer: it was not interrupted, it waits.
    """

    dag_id: str
    run_id: str
    pipeline_run_id: str
    asks_somebody: bool = False

    def in_words(self) -> str:
        name = self.pipeline_run_id or self.run_id
        return f"{self.dag_id} of {name}" + (", which waits for your answer" if self.asks_somebody else "")


def left_over(settings: Settings) -> list[LeftOver]:
    """What Airflow's database has unfinished, while Airflow is down; nothing before its first start."""
    path = settings.airflow_home / "airflow.db"
    if not path.exists():
        return []
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=20)) as database:
            runs = [LeftOver(dag, run, key, bool(asks)) for dag, run, key, asks in database.execute(_UNFINISHED)]
            return runs + [LeftOver(dag, "", key) for dag, key in database.execute(_NOT_BEGUN)]
    except sqlite3.OperationalError:  # a database that is only being made
        return []


def to_end(found: list[LeftOver], choice: str) -> list[LeftOver]:
    """Those that are ended: by choice, all but the ones that only wait for an answer."""
    return [one for one in found if choice == END and not one.asks_somebody]


def told(found: list[LeftOver], choice: str) -> Iterator[str]:
    """Lines that name what is left over, what becomes of it, and how to choose otherwise."""
    ended = to_end(found, choice)
    kept = [one for one in found if one not in ended]
    if ended:
        yield "Left over from an interrupted run, ended now (LEFT_OVER=finish would finish it):"
        yield from (f"  {one.in_words()}" for one in ended)
    if kept:
        other = "" if all(one.asks_somebody for one in kept) else " (LEFT_OVER=end would end it)"
        yield f"Left over from an interrupted run, goes on now{other}:"
        yield from (f"  {one.in_words()}" for one in kept)


def end_begun(api: AirflowApi, found: list[LeftOver]) -> None:
    """End runs before the scheduler is there to go on with them."""
    for one in found:
        if one.run_id:
            api.end_run(one.dag_id, one.run_id)


def end_not_begun(api: AirflowApi, found: list[LeftOver], pause: Callable[[float], None] = time.sleep) -> None:
    """End runs that the scheduler is about to begin, as they appear."""
    deadline = time.monotonic() + _BEGINS_WITHIN_SECONDS
    waiting = [one for one in found if not one.run_id]
    while waiting and time.monotonic() < deadline:
        for one in list(waiting):
            for run in api.runs_of_partition(one.dag_id, one.pipeline_run_id):
                api.end_run(one.dag_id, run["dag_run_id"])
                waiting.remove(one)
        if waiting:
            pause(0.5)


def chosen(text: str, default: str) -> str:
    """What becomes of left-overs, as somebody wrote it.

    Raises
    ------
    ClienteleError
        If it is neither.
    """
    choice = text.strip().lower() or default
    if choice not in (FINISH, END):
        raise ClienteleError(f"LEFT_OVER={text!r} is no choice.", f"Give LEFT_OVER={FINISH} or LEFT_OVER={END}.")
    return choice
