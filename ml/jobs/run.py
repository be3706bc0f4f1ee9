"""A job for one source, and one run of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ml.jobs.base import Job
from ml.jobs.registry import load_job
from ml.tracking import TrackingServer
from warehouse.base.build_file import BuildFile
from warehouse.base.definitions import Definitions, load_definitions
from warehouse.base.settings import Settings

# Trainings of several jobs run at the same time. Each holds the file for seconds, at a million customers for a minute.
_PATIENCE_SECONDS = 300.0


@dataclass(frozen=True)
class JobOfSource:
    """Where a job's models of one source are recorded: decisions in the build file, versions in MLflow."""

    file: BuildFile
    server: TrackingServer
    job: Job

    @classmethod
    def of(cls, settings: Settings, job: str, source: str, definitions: Definitions | None = None) -> JobOfSource:
        """The job of that name, with the horizon of the definitions; default: those of `dbt_project.yml`."""
        return cls(BuildFile(settings, source, _PATIENCE_SECONDS), TrackingServer(settings), load_job(job, definitions))

    @property
    def source(self) -> str:
        return self.file.source

    def as_of(
        self, as_of_date: date, pipeline_run_id: str | None = None, definitions: Definitions | None = None
    ) -> JobRun:
        """A run of the job as of a date."""
        known = definitions or load_definitions()
        return JobRun(self.file, self.server, self.job, as_of_date, pipeline_run_id, known)


@dataclass(frozen=True)
class JobRun(JobOfSource):
    """One training, scoring, answer or roll-back.

    Attributes
    ----------
    pipeline_run_id
        None for runs from the shell.
    """

    as_of_date: date
    pipeline_run_id: str | None
    definitions: Definitions
