"""What every job offers to training and scoring (`Job`), and the jobs by their names."""

from __future__ import annotations

from ml.job_interface import Job
from ml.job_registry import JOB_NAMES, defined_job, load_job

__all__ = ["JOB_NAMES", "Job", "defined_job", "load_job"]
