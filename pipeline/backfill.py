"""Scores of past dates: which dates, one of them made again, and the marts put back.

The DAG's file imports this to draw its form, so what takes long to load is imported where it is called.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from pipeline import stages
from warehouse.base.connections import open_build_file
from warehouse.base.errors import SettingsError
from warehouse.base.settings import Settings
from warehouse.jobs.registry import jobs_on
from warehouse.runs.planning import RunPlan, plan_run

if TYPE_CHECKING:
    from warehouse.publishing.publish import PublishReport

MOST_DATES = 370

# What became of a gate, a training, a scoring; all of them say it in lines().
Step = Any


@dataclass(frozen=True)
class Backfill:
    """The dates to make again, the first one first.

    Attributes
    ----------
    newest_scored
        The date that the marts come back to.
    """

    dates: tuple[RunPlan, ...]
    newest_scored: date

    def as_dict(self) -> dict[str, Any]:
        """The plan of the last date, with those of all `dates`."""
        plans = [plan.as_dict() for plan in self.dates]
        return {**plans[-1], "dates": plans}

    def lines(self) -> list[str]:
        """The plan in words."""
        first, last = self.dates[0], self.dates[-1]
        span = f"{len(self.dates)} dates from {first.as_of_date} to {last.as_of_date}"
        return [f"{last.source}: {span}; the newest scored date is {self.newest_scored}"]


def settle_dates(settings: Settings, source: str, first_date: str, last_date: str, step_days: int) -> Backfill:
    """Plan the dates of a range.

    Raises
    ------
    SettingsError
        If the range is none, too long, or reaches beyond what the data can answer, or nothing was scored yet.
    """
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
    most = max(newest.as_of_date, back)
    if days[-1] > most:
        raise SettingsError(
            f"{days[-1]} lies after the data of {name!r}, which answer dates up to {most}.",
            f"Ask for dates up to {most}, or load newer data first.",
        )
    return Backfill(tuple(plan_run(settings, name, day) for day in days), back)


def _days(first_date: str, last_date: str, step_days: int) -> list[date]:
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


def reprocess_date(settings: Settings, plan: RunPlan, done: Callable[[Step], object] = lambda _: None) -> list[Step]:
    """Build and check the marts as of one date, score it with what could have served then, and check the scores.

    A job is trained first where no version of it could have served then.

    Parameters
    ----------
    done
        Called with each step's outcome as soon as it is there.
    """
    from ml.lifecycle.who_serves import who_serves

    steps: list[Step] = []

    def took(step: Step) -> None:
        steps.append(step)
        done(step)

    stages.build_marts(settings, plan)
    took(stages.check(settings, plan, "marts"))
    for spec in jobs_on(settings):
        if spec.has_model and who_serves(settings, spec.name, plan.source, plan.as_of_date) is None:
            took(stages.train(settings, plan, spec.name))
        took(*stages.score(settings, plan, [spec.name]))
    took(stages.check(settings, plan, "scores"))
    return steps


@dataclass(frozen=True)
class Restored:
    """As of which date the marts stand again.

    Attributes
    ----------
    withdrawn
        Dates whose scores were taken back, because they had not passed their gate.
    """

    plan: RunPlan
    withdrawn: tuple[date, ...]

    def lines(self) -> list[str]:
        """Both in words."""
        days = ", ".join(map(str, self.withdrawn))
        gone = f"; scores that had not passed their gate are withdrawn: {days}" if days else ""
        return [f"The marts stand as of {self.plan.as_of_date}{gone}"]


def restore_marts(settings: Settings, plan: RunPlan) -> Restored:
    """Let the marts and the customer profile stand as of the newest scored date again.

    Scores that have not passed their gate give way to those that they replaced.
    """
    from warehouse.tables.score_review import withdraw_scores
    from warehouse.tables.scores import newest_scored_date

    with open_build_file(settings, plan.source) as connection:
        withdrawn = withdraw_scores(connection)
        newest = newest_scored_date(connection)
    restored = plan_run(settings, plan.source, newest, pipeline_run_id=plan.pipeline_run_id)
    stages.build_marts(settings, restored)
    stages.activate(settings, restored)
    return Restored(restored, tuple(withdrawn))


def run(
    settings: Settings,
    source: str,
    first_date: str,
    last_date: str,
    step_days: int,
    *,
    done: Callable[[Step], None] = lambda _: None,
) -> PublishReport:
    """What the DAG backfill_scores does: each date, the marts put back whatever became of them, and one publication.

    Raises
    ------
    ClienteleError
        If a date did not pass; nothing is published then, and the marts stand as before.
    """
    settled = settle_dates(settings, source, first_date, last_date, step_days)
    done(settled)
    try:
        for plan in settled.dates:
            reprocess_date(settings, plan, done)
    finally:
        restored = restore_marts(settings, settled.dates[-1])
        done(restored)
    done(stages.check(settings, restored.plan, "activation"))
    return stages.publish(settings, restored.plan)
