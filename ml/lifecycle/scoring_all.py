"""Score with all jobs of a date on all cores: everything is computed side by side, then written job by job."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial

from ml.environment import quiet_environment
from ml.lifecycle import batch
from ml.lifecycle.optional import attempted, score_as_declared
from ml.lifecycle.score_rows import ScoringReport
from ml.lifecycle.scoring import compute_scores, finish_commits
from ml.lifecycle.side_by_side import is_possible, side_by_side
from warehouse.base.settings import Settings
from warehouse.jobs.registry import job_spec

# Writes what was computed.
Write = Callable[[], ScoringReport]


def score_all(settings: Settings, jobs: Sequence[str], source: str, as_of_date: date) -> list[ScoringReport]:
    """Score with each job as `score_as_declared`, and with the same results; the reports are in the order of the jobs.

    Jobs without a model are computed in processes of their own, as many as a process may have threads, while this one
    scores with the models and records results in MLflow. All only read the build file meanwhile. Jobs that read scores
    of others come last. With one thread, or where processes cannot be copied, one job comes after the other.

    Raises
    ------
    WarehouseBusy
        If the build file is in use; it can be tried again.
    ClienteleError
        If a job fails that is not optional.
    """
    if len(jobs) == 1 or settings.threads == 1 or not is_possible():
        return [score_as_declared(settings, job, source, as_of_date) for job in jobs]
    first = [job for job in jobs if not set(job_spec(job).after) & set(jobs)]
    ready = _computed(settings, first, source, as_of_date)
    reports = {job: _written(job, source, as_of_date, ready.pop(job)) for job in first}
    for job in jobs:
        if job not in reports:  # it reads what others have written just now
            reports[job] = score_as_declared(settings, job, source, as_of_date)
    return [reports[job] for job in jobs]


def _computed(
    settings: Settings, jobs: Sequence[str], source: str, as_of_date: date
) -> dict[str, Write | ScoringReport]:
    """What is left to be done for each job: to write, or to report its failure."""
    with_model = [job for job in jobs if job_spec(job).has_model]
    without = [job for job in jobs if job not in with_model]
    calls = {job: partial(batch.compute, settings, job, source, as_of_date) for job in without}
    finish_commits(settings, with_model, source)
    # The processes begin with the numeric libraries that this one has loaded for them.
    with quiet_environment(settings), side_by_side(calls, settings.threads) as result_of:
        steps: dict[str, Callable[[], Write]] = {
            **{job: partial(_scored, settings, job, source, as_of_date) for job in with_model},
            **{job: partial(_recorded, settings, partial(result_of, job)) for job in without},
        }
        return {job: attempted(job, source, as_of_date, step) for job, step in steps.items()}


def _scored(settings: Settings, job: str, source: str, as_of_date: date) -> Write:
    return compute_scores(settings, job, source, as_of_date).written


def _recorded(settings: Settings, result: Callable[[], batch.Computed]) -> Write:
    computed = result()
    return partial(batch.write, settings, computed, batch.record(settings, computed))


def _written(job: str, source: str, as_of_date: date, outcome: Write | ScoringReport) -> ScoringReport:
    return outcome if isinstance(outcome, ScoringReport) else attempted(job, source, as_of_date, outcome)
