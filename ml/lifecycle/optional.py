"""Jobs that are declared optional: a failure is reported and recorded, and does not stop the pipeline."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

from ml.competition.states import State
from ml.jobs.run import JobOfSource
from ml.lifecycle.batch import score_batch
from ml.lifecycle.decisions import decision_row, write_decision
from ml.lifecycle.outcome import TrainingOutcome
from ml.lifecycle.score_rows import ScoringReport
from ml.lifecycle.scoring import score
from ml.lifecycle.training import train
from warehouse.base.errors import ClienteleError, WarehouseBusy
from warehouse.base.machine_faults import in_words
from warehouse.base.settings import Settings
from warehouse.jobs.registry import job_spec, jobs_on

Outcome = TypeVar("Outcome")

log = logging.getLogger(__name__)


def train_as_declared(settings: Settings, job: str, source: str, as_of_date: date, **options: Any) -> TrainingOutcome:
    """Train a job (`ml.lifecycle.training.train`); the failure of an optional one is an outcome, not an error.

    Raises
    ------
    WarehouseBusy
        If the build file is in use; it can be tried again.
    ClienteleError
        As `train`, if the job is not optional.
    """
    if reason := _untrained(settings, job):
        return TrainingOutcome(job, source, as_of_date, State.NO_MODEL, reason, job_spec(job).model_name)
    try:
        return train(settings, job, source, as_of_date, **options)
    except WarehouseBusy:
        raise
    except Exception as error:
        if not job_spec(job).optional:
            raise
        reason = _reported(job, "training", error)
        run = JobOfSource.of(settings, job, source).as_of(as_of_date, options.get("pipeline_run_id"))
        write_decision(run.file, decision_row(run, verdict=State.FAILED, reason=reason, version=None))
        return TrainingOutcome(job, source, as_of_date, State.FAILED, reason, job_spec(job).model_name)


def _untrained(settings: Settings, job: str) -> str:
    """Why a job is not trained at all; empty if it is."""
    if not job_spec(job).has_model:
        return "It has no model: its results are computed when it scores."
    return "" if job in {spec.name for spec in jobs_on(settings)} else "It is switched off (CLIENTELE_JOBS_OFF)."


def score_as_declared(settings: Settings, job: str, source: str, as_of_date: date) -> ScoringReport:
    """Score with a job (`ml.lifecycle.scoring.score`); if an optional one fails, its former scores stay.

    Raises
    ------
    WarehouseBusy
        If the build file is in use; it can be tried again.
    ClienteleError
        As `score`, if the job is not optional.
    """
    return attempted(
        job,
        source,
        as_of_date,
        lambda: (score if job_spec(job).has_model else score_batch)(settings, job, source, as_of_date),
    )


def attempted(job: str, source: str, as_of_date: date, step: Callable[[], Outcome]) -> Outcome | ScoringReport:
    """Do a step of scoring; if that of an optional job fails, return the report that says so.

    Raises
    ------
    WarehouseBusy
        If the build file is in use; it can be tried again.
    ClienteleError
        As the step, if the job is not optional.
    """
    try:
        return step()
    except WarehouseBusy:
        raise
    except Exception as error:
        if not job_spec(job).optional:
            raise
        reason = f"{_reported(job, 'scoring', error)} Former scores stay."
        return ScoringReport(job, source, as_of_date, job_spec(job).scores.table, None, {}, reason)


def _reported(job: str, what: str, error: Exception) -> str:
    log.exception("The %s of the optional job %s failed; the other jobs continue.", what, job)
    words = error if isinstance(error, ClienteleError) else in_words(error) or f"{type(error).__name__}: {error}"
    return f"The {what} failed, which does not stop the pipeline: {words}"
