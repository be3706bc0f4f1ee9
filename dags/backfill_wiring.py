"""What the tasks of backfill_scores do: settle the dates, make one of them again, put the marts back."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import Param, get_current_context
from waiting import EarlierTasks, earlier_tasks_ended, wait_for
from wiring import DAGS_THAT_NEED_MARTS, JOBS, LATEST, LONG_TASK, pass_gate, say, trigger_form, wait_while_others_work

if TYPE_CHECKING:
    from warehouse.base.settings import Settings

MOST_DATES = 370
# Tasks of build_marts that change the marts.
_BUILDING = ("resolve_identities", "run_dbt", "check_marts")


def backfill_form() -> dict[str, Param]:
    """The parameters of backfill_scores."""
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
    """Wait while another run builds the marts or needs them as they stand.

    A run of build_marts that has not begun does not count: it waits for the backfill itself.
    """
    wait_while_others_work([*DAGS_THAT_NEED_MARTS], {"build_marts": [*_BUILDING]})


def settle_dates(settings: Settings, source: str, first_date: str, last_date: str, step_days: int) -> dict[str, Any]:
    """Return the plan of the backfill, with the plans of its dates, the first date first.

    Raises
    ------
    SettingsError
        If the range is none, too long, or reaches beyond what the data can answer, or nothing was scored yet.
    """
    from warehouse.base.connections import open_build_file
    from warehouse.base.errors import SettingsError
    from warehouse.runs.planning import plan_run
    from warehouse.tables.scores import newest_scored_date

    days = _days(first_date, last_date, step_days)
    newest = plan_run(settings, source)
    name = newest.source
    with open_build_file(settings, name, read_only=True) as connection:
        back = newest_scored_date(connection)
    if back is None:
        raise SettingsError(
            f"Nothing has been scored for {name!r} yet, so there is no date to come back to.",
            f"Run the pipeline once: make run SOURCE={name}",
        )
    most = max(date.fromisoformat(newest.as_of_date), back)
    if days[-1] > most:
        raise SettingsError(
            f"{days[-1]} lies after the data of {name!r}, which answer dates up to {most}.",
            f"Ask for dates up to {most}, or load newer data first.",
        )
    plans = [plan_run(settings, name, day).as_dict() for day in days]
    say([f"{name}: {len(days)} dates from {days[0]} to {days[-1]}; the newest scored date is {back}"])
    return {**plans[-1], "dates": plans}


def _days(first_date: str, last_date: str, step_days: int) -> list[date]:
    from warehouse.base.errors import SettingsError

    try:
        first, last = date.fromisoformat(first_date), date.fromisoformat(last_date)
    except (TypeError, ValueError) as error:
        raise SettingsError(
            f"{first_date!r} and {last_date!r} are not two dates.", "Write both as YYYY-MM-DD."
        ) from error
    if last < first:
        raise SettingsError(
            f"The last date {last} lies before the first one {first}.", "Give the earlier date as the first one."
        )
    if step_days < 1:
        raise SettingsError(f"A step of {step_days} days leads nowhere.", "Give a step of 1 day or more.")
    count = (last - first).days // step_days + 1
    if count > MOST_DATES:
        raise SettingsError(
            f"From {first} to {last} in steps of {step_days} days are {count} dates; {MOST_DATES} are the most.",
            "Ask for fewer, in several runs, or take a longer step.",
        )
    return [first + timedelta(days=step_days * number) for number in range(count)]


def wait_for_earlier_dates() -> None:
    """Come back later while an earlier date waits for its second attempt: the slot is free meanwhile.

    A date without a model is trained for, and serves those after it: the order must not depend on who was killed.

    Raises
    ------
    TaskDeferred
        If an earlier date has not ended.
    """
    if not earlier_tasks_ended(get_current_context()["ti"]):
        say(["An earlier date waits for its second attempt."])
        wait_for(EarlierTasks(), LONG_TASK)


def reprocess_date(settings: Settings, plan: dict[str, Any]) -> list[str]:
    """Build and check the marts as of one date, score it with what could have served then, and check the scores."""
    from ml.lifecycle.optional import score_as_declared, train_as_declared
    from ml.lifecycle.serving import who_serves
    from warehouse.marts.build import build_marts

    source, day = plan["source"], date.fromisoformat(plan["as_of_date"])
    build_marts(settings, source, plan["as_of_date"])
    said = pass_gate("marts", plan)
    for job in JOBS:
        if who_serves(settings, job, source, day) is None:
            outcome = train_as_declared(settings, job, source, day, pipeline_run_id=plan["pipeline_run_id"])
            said += say([f"{job}: {outcome.status}. {outcome.reason}"])
        report = score_as_declared(settings, job, source, day)
        by = f"by version {report.model_version}" if report.model_version else report.reason
        said += say([f"{report.score_table}: {report.rows_by_status} {by}"])
    return said + pass_gate("scores", plan)


def restore_marts(settings: Settings, plan: dict[str, Any]) -> dict[str, Any]:
    """Let the marts and the customer profile stand as of the newest scored date again; return the plan of that.

    Scores that have not passed their gate give way to those that they replaced.
    """
    from warehouse.base.connections import open_build_file
    from warehouse.marts import dbt
    from warehouse.marts.build import build_marts
    from warehouse.runs.planning import plan_run
    from warehouse.tables.score_review import withdraw_scores
    from warehouse.tables.scores import newest_scored_date

    source, run = plan["source"], plan["pipeline_run_id"]
    with open_build_file(settings, source) as connection:
        withdrawn = withdraw_scores(connection)
        newest = newest_scored_date(connection)
    build_marts(settings, source, newest.isoformat())
    dbt.build(settings, source, newest.isoformat(), dbt.ACTIVATION_SELECTION)
    gone = f"; scores that had not passed their gate are withdrawn: {', '.join(map(str, withdrawn))}"
    say([f"The marts stand as of {newest}{gone if withdrawn else ''}"])
    return plan_run(settings, source, newest, pipeline_run_id=run).as_dict()
