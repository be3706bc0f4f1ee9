"""Jobs as tests ask for them."""

from __future__ import annotations

from datetime import date

import pytest

from ml.jobs.base import Job
from ml.jobs.registry import load_job
from ml.jobs.run import JobRun
from ml.jobs.supervised import SupervisedJob
from ml.tracking import TrackingServer
from warehouse.base.build_file import BuildFile
from warehouse.base.definitions import Definitions, load_definitions
from warehouse.base.settings import Settings

CUSTOMER_JOBS = ("segmentation", "churn", "clv")


def job_at(name: str, horizon_days: int) -> Job:
    """A job that looks so many days ahead."""
    horizons = {"churn_horizon_days": horizon_days, "clv_horizon_days": horizon_days}
    return load_job(name, load_definitions().model_copy(update=horizons))


def only(patch: pytest.MonkeyPatch, job: type[SupervisedJob], *candidates: str) -> None:
    """Let trainings of a job try these models and the rules."""
    compete = job.compete
    patch.setattr(job, "compete", lambda self, *given: compete(self, *given, only=candidates))


def run_of(
    settings: Settings,
    job: Job,
    source: str,
    day: date,
    pipeline_run_id: str | None = None,
    *,
    definitions: Definitions | None = None,
) -> JobRun:
    """A run of a job that is at hand."""
    known = definitions or load_definitions()
    return JobRun(BuildFile(settings, source), TrackingServer(settings), job, day, pipeline_run_id, known)
