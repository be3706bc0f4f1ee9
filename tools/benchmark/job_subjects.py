"""Measure what `train_models` and `score_customers` do for the jobs about customers."""

from __future__ import annotations

from tools.benchmark.marts import AS_OF_DATE, SOURCE
from tools.benchmark.measurement import Measurement
from warehouse.base.errors import ClienteleError
from warehouse.base.settings import Settings
from warehouse.jobs.registry import job_specs


def measured_jobs() -> tuple[str, ...]:
    """The jobs about customers: the benchmark's shop has no contracts."""
    return tuple(spec.name for spec in job_specs() if spec.scores.is_about_customers)


def job_subjects() -> tuple[str, ...]:
    """Training first: scoring needs what it registered."""
    return tuple(f"{job}_{action}" for job in measured_jobs() for action in ("train", "score"))


def measure_job(subject: str, settings: Settings, result: Measurement) -> None:
    """Train or score one job in the benchmark's own warehouse and MLflow.

    Raises
    ------
    ClienteleError
        If a training is refused: its time would say nothing.
    """
    from ml.lifecycle.scoring import score
    from ml.lifecycle.training import train

    job, action = subject.rsplit("_", 1)
    outcome = None
    with result.step(action):
        if action == "train":
            outcome = train(settings, job, SOURCE, AS_OF_DATE, force=True)
        else:
            score(settings, job, SOURCE, AS_OF_DATE)
    if outcome is not None and outcome.status == "refused":
        raise ClienteleError(f"{job} was refused: {outcome.reason}", "Take more customers.")
