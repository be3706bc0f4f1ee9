"""Matured scores: their horizon has passed, and they have not been compared with outcomes yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import duckdb

from ml.jobs.base import Job


@dataclass(frozen=True)
class Matured:
    """Scores of one date and version for one horizon."""

    as_of_date: date
    horizon_days: int
    model_version: str

    @property
    def label_end_date(self) -> date:
        return self.as_of_date + timedelta(days=self.horizon_days)


def matured_scores(connection: duckdb.DuckDBPyConnection, job: Job, as_of_date: date) -> list[Matured]:
    """Scores whose horizon had ended by the date and that are not in `quality.realised_performance`."""
    try:
        rows = connection.execute(
            f"""
            with scored as (
                select distinct as_of_date, horizon_days, model_version from scores.{job.score_table}
                where
                    status = 'scored' and model_name = $model_name and {job.score_column} is not null
                    and as_of_date + horizon_days <= $as_of_date
            )
            select * from scored where not exists (
                select 1 from quality.realised_performance as known
                where
                    known.job = $job and known.as_of_date = scored.as_of_date
                    and known.model_version = scored.model_version and known.horizon_days = scored.horizon_days
            )
            order by all
            """,
            {"model_name": job.model_name, "as_of_date": as_of_date, "job": job.name},
        ).fetchall()
    except duckdb.CatalogException:  # nothing was scored yet
        return []
    return [Matured(*row) for row in rows]
