"""The form of backfill_scores, and the runs and tasks that its tasks wait for."""

from __future__ import annotations

from typing import Any

from airflow.sdk import Param, get_current_context
from forms import backfill_form
from waiting import EarlierTasks, earlier_tasks_ended, wait_for
from wiring import DAGS_THAT_NEED_MARTS, LONG_TASK, say, wait_while_others_work

# Tasks of build_marts that change the marts.
_BUILDING = ("resolve_identities", "run_dbt", "check_marts")


def backfill_params() -> dict[str, Param]:
    """The form of backfill_scores."""
    from pipeline.backfill import MOST_DATES

    return backfill_form(MOST_DATES)


def wait_for_the_marts() -> None:
    """Wait while another run builds the marts or needs them unchanged.

    A run of build_marts that has not begun does not count: it waits for the backfill.
    """
    wait_while_others_work([*DAGS_THAT_NEED_MARTS], {"build_marts": [*_BUILDING]})


def settle_requested_dates() -> dict[str, Any]:
    """Return the plan of the requested backfill, with the plans of its `dates`."""
    from pipeline.backfill import settle_dates
    from warehouse.base.settings import Settings

    asked = dict(get_current_context()["params"])
    settled = settle_dates(Settings(), **asked | {"step_days": asked["step_days"] or 1})
    say(settled.lines())
    return settled.as_dict()


def wait_for_earlier_dates() -> None:
    """Defer the task while an earlier date waits for its second attempt; the slot is free meanwhile.

    A model trained for one date may serve later ones, so the order of dates must not change after a failure.

    Raises
    ------
    TaskDeferred
        If an earlier date has not ended.
    """
    if not earlier_tasks_ended(get_current_context()["ti"]):
        say(["An earlier date waits for its second attempt."])
        wait_for(EarlierTasks(), LONG_TASK)
