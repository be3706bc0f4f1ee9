"""The properties that every job, with or without a model, has from its declaration (warehouse/jobs)."""

from __future__ import annotations

from typing import Self

from ml.competition.results import Refused
from warehouse.base.build_file import BuildFile
from warehouse.base.definitions import Definitions
from warehouse.base.errors import SettingsError
from warehouse.jobs.registry import job_spec
from warehouse.jobs.spec import JobSpec
from warehouse.tables.raw_tables import tables_without_rows


class DeclaredJob:
    """A job.

    Attributes
    ----------
    name
        The name of its declaration, `spec`.
    horizon_days
        Its horizon; None for a job without one.
    """

    name: str
    horizon_days: int | None = None

    @classmethod
    def defined(cls, spec: JobSpec, definitions: Definitions) -> Self:
        """The job of a declaration, with its horizon of `dbt_project.yml`."""
        horizon_days = _horizon_days(spec, definitions)
        # pyrefly: ignore[bad-argument-count] (one with a horizon takes its days)
        job = cls() if horizon_days is None else cls(horizon_days)
        job.name = spec.name
        return job

    @property
    def spec(self) -> JobSpec:
        """The declaration."""
        return job_spec(self.name)

    @property
    def model_name(self) -> str:
        """Experiment and registered model in MLflow, and `model_name` in the score table."""
        return self.spec.model_name

    @property
    def score_table(self) -> str:
        """Table of the schema `scores`."""
        return self.spec.scores.table

    @property
    def score_column(self) -> str:
        """The column with the score itself."""
        return self.spec.scores.watched

    @property
    def key_columns(self) -> tuple[str, ...]:
        """The key of the score table besides date and model."""
        return tuple(self.spec.scores.key)

    def check_needs(self, file: BuildFile) -> None:
        """Raise Refused if a table that the job needs has no rows."""
        if lacking := self.spec.needs and tables_without_rows(file, self.spec.needs):
            raise Refused(f"The source has no {' and no '.join(lacking)}.")


def _horizon_days(spec: JobSpec, definitions: Definitions) -> int | None:
    if spec.horizon is None:
        return None
    known = getattr(definitions, spec.horizon, None)
    days = known.get(spec.name) if isinstance(known, dict) else known
    if days is None:
        raise SettingsError(
            f"The job {spec.name} has the horizon {spec.horizon}, whose days are not read from dbt_project.yml.",
            "Name another one in its declaration, or add the var (or the job to it) and a field of "
            "warehouse.base.definitions.",
        )
    return days
