"""The form of backfill_scores, and the runs and tasks that its tasks wait for."""

from __future__ import annotations

from typing import Any

from airflow.sdk import Param, get_current_context
from waiting import EarlierTasks, earlier_tasks_ended, wait_for
from wiring import DAGS_THAT_NEED_MARTS, LATEST, LONG_TASK, say, trigger_form, wait_while_others_work

# Tasks of build_marts that change the marts.
_BUILDING = ("resolve_identities", "run_dbt", "check_marts")


def backfill_form() -> dict[str, Param]:
    """The parameters of backfill_scores."""
    from pipeline.backfill import MOST_DATES

    day = {"type": "string", "format": "date"}
    return {
        "source": trigger_form(default_source=LATEST)["source"],
        "first_date": Param(**day, title="First as-of date", description="The first date to score."),
        "last_date": Param(**day, title="Last as-of date", description="No date after this one is scored."),
        "step_days": Param(
            1,
            type="integer",
            minimum=1,
            title="Step in days",
            description=f"From one date to the next. A run takes {MOST_DATES} dates at most.",
        ),
    }


def wait_for_the_marts() -> None:
    """Wait while another run builds the marts or needs them unchanged.

    A run of build_marts that has not begun does not count: it waits for the backfill.
    """
    wait_while_others_work([*DAGS_THAT_NEED_MARTS], {"build_marts": [*_BUILDING]})


def settle_requested_dates() -> dict[str, Any]:
    """Return the plan of the requested backfill, with the plans of its `dates`."""
    from pipeline.backfill import settle_dates
    from warehouse.base.settings import Settings

    settled = settle_dates(Settings(), **get_current_context()["params"])
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
