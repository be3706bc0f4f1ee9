"""Jobs by name, as declared; the code of a job is imported only when it is used."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from ml.jobs.base import Job
from ml.jobs.batch import BatchJob
from warehouse.base.definitions import Definitions, load_definitions
from warehouse.base.errors import SettingsError
from warehouse.jobs.registry import job_spec
from warehouse.jobs.spec import JobSpec


def load_job(name: str, definitions: Definitions | None = None) -> Job:
    """Make a job that has a model.

    Parameters
    ----------
    definitions
        Definitions with the horizons; default: those of `dbt_project.yml`.

    Raises
    ------
    SettingsError
        If there is no such job, or it has no model.
    """
    spec = job_spec(name)
    if not spec.has_model:
        raise SettingsError(f"The job {name} has no model.", "Score with it: its results are computed at each date.")
    return _class_of(spec).defined(spec, definitions or load_definitions())


def load_batch_job(name: str) -> BatchJob:
    """Make a job without a model.

    Raises
    ------
    SettingsError
        If there is no such job.
    """
    spec = job_spec(name)
    return _class_of(spec).defined(spec, load_definitions())


def _class_of(spec: JobSpec) -> Any:
    module, class_name = spec.code.split(":")
    return getattr(import_module(module), class_name)
