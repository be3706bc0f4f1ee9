"""Jobs as tests ask for them."""

from __future__ import annotations

from ml.jobs.base import Job
from ml.jobs.registry import load_job
from warehouse.base.definitions import load_definitions

CUSTOMER_JOBS = ("segmentation", "churn", "clv")


def job_at(name: str, horizon_days: int) -> Job:
    """A job that looks so many days ahead."""
    horizons = {"churn_horizon_days": horizon_days, "clv_horizon_days": horizon_days}
    return load_job(name, load_definitions().model_copy(update=horizons))
