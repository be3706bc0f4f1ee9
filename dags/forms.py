"""The forms by which people start the DAGs: what is asked, in which words, and what is refused at once.

Airflow marks a field as required unless null is one of its types; so every field that may stay empty allows it.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import Param

from warehouse.jobs.registry import job_spec, trained_jobs

LATEST = "latest"
# Dates are wrong rather than old before this year: no source of ours or of a user has customers that early.
FIRST_YEAR = 1990
_NOT_TOO_EARLY = r"^(199[0-9]|[2-9][0-9]{3})-"
# Airflow shows the schema beside what it refuses: this is the part of it for people.
_A_DATE = f"a date from {FIRST_YEAR} on, such as 2026-07-01"
_FROM = f"Dates from {FIRST_YEAR} on."
_LOGICAL_DATE = "The logical date above means nothing here: leave it as it is."
_MORE = "More"


def trigger_form(*, default_source: str) -> dict[str, Param]:
    """The parameters of every DAG of the pipeline."""
    return {
        "source": source_field(default_source),
        "as_of_date": _day(
            None,
            title="As-of date",
            description="Know everything before this day, and nothing of it or after. Empty: the day after the newest "
            f"complete day in the data. {_FROM}" + ("" if default_source == LATEST else f" {_LOGICAL_DATE}"),
        ),
        "force_retrain": _switch(
            False, title="Force retraining", description="Train every model again, also one that is not due."
        ),
    }


def source_field(default_source: str) -> Param:
    """The choice of a source; `latest` is offered where it is the default."""
    from warehouse.base.settings import Settings
    from warehouse.source_definitions.folders import source_names

    names = list(source_names(Settings()))
    choices = names if default_source != LATEST else [LATEST, *names]
    default = default_source if default_source in choices or not choices else choices[0]
    start = "Files are taken from its folder var/landing/<source>; the sample shop makes its own."
    latest = "Latest: the one whose tables are published now."
    return Param(
        default,
        enum=choices or [default],
        values_display={LATEST: "latest (what is published now)"},
        title="Source",
        description=f"Whose data: one company, one source. {latest if LATEST in choices else start}",
    )


def training_form() -> dict[str, Param]:
    """The parameters of train_models."""
    from warehouse.base.settings import Settings

    titles = {job: job_spec(job).title.capitalize() for job in trained_jobs()}
    return {
        **trigger_form(default_source=LATEST),
        "ask_before_promoting": _switch(
            Settings().promotion_needs_approval,
            title="Ask before promoting",
            description="A new model that wins serves only after a user approves it; the run waits for the answer.",
        ),
        "roll_back": Param(
            None,
            type=["null", "string"],
            enum=[None, *titles],
            values_display={"None": "no: train as usual", **titles},
            title="Roll back a model",
            description="Instead of training this job, put the model that served before back into service.",
            section=_MORE,
        ),
        "backtest_origins": Param(
            0,
            type=["null", "integer"],
            minimum=0,
            maximum=36,
            title="Backtest origins",
            description="How many earlier dates are replayed as well, for example 4; takes minutes for each. 0: none.",
            section=_MORE,
        ),
    }


def backfill_form(most_dates: int) -> dict[str, Param]:
    """The parameters of backfill_scores, which takes so many dates at most."""
    return {
        "source": source_field(LATEST),
        "first_date": _day(
            title="First as-of date",
            description=f"The first date to score, for example four months ago. {_FROM} {_LOGICAL_DATE}",
        ),
        "last_date": _day(
            title="Last as-of date",
            description="The last date to score, not later than the newest complete day in the data and one more.",
        ),
        "step_days": Param(
            1,
            type=["null", "integer"],
            minimum=1,
            title="Step in days",
            description=f"From one date to the next, for example 30. A run takes {most_dates} dates at most.",
        ),
    }


def rollback_form() -> dict[str, Param]:
    """The parameters of rollback_published."""
    return {
        "version": _text(
            title="Version",
            description="The version to make live again, for example 20260701T101500-sample_shop (make versions lists "
            "them). Empty: the one before the live one.",
        ),
        "reason": _text(
            title="Reason",
            description="Why, for example: prices were wrong. Readers see it in quality.pipeline_runs.",
        ),
    }


def _day(*default: None, title: str, description: str) -> Param:
    """A date from 1990 on; it may stay empty where a default of None is given."""
    types = ["null", "string"] if default else "string"
    rules = {"type": types, "format": "date", "pattern": _NOT_TOO_EARLY, "must_be": _A_DATE}
    return Param(*default, **rules, title=title, description=description)


def _switch(default: bool, **words: Any) -> Param:
    return Param(default, type=["null", "boolean"], **words)


def _text(**words: Any) -> Param:
    return Param(None, type=["null", "string"], **words)
