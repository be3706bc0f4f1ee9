"""Jobs by name, made as they are declared; the code of a job is imported only when it is asked for."""

from __future__ import annotations

from importlib import import_module

from ml.jobs.base import Job
from warehouse.base.definitions import Definitions, load_definitions
from warehouse.jobs.registry import job_spec


def load_job(name: str, definitions: Definitions | None = None) -> Job:
    """Make a job.

    Parameters
    ----------
    definitions
        How far ahead it looks; default: as `dbt_project.yml` has it.

    Raises
    ------
    SettingsError
        If there is no such job.
    """
    module, class_name = job_spec(name).code.split(":")
    kind: type[Job] = getattr(import_module(module), class_name)
    return kind.defined(definitions or load_definitions())
