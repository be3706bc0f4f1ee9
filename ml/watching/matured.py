"""Which scores have matured: their horizon has passed, and nobody has held them against what happened yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import duckdb

from ml.jobs.base import Job


@dataclass(frozen=True)
class Matured:
    """Scores of one date and version for one horizon.

    Attributes
    ----------
    value_column
        Column of the score table that speaks of this horizon.
    is_further
        A longer horizon than the job's own; the same rows speak of both.
    """

    as_of_date: date
    horizon_days: int
    model_version: str
    value_column: str
    is_further: bool

    @property
    def label_end_date(self) -> date:
        return self.as_of_date + timedelta(days=self.horizon_days)


def matured_scores(connection: duckdb.DuckDBPyConnection, job: Job, as_of_date: date) -> list[Matured]:
    """Scores of any horizon that was over on the date and is not yet in `quality.realised_performance`."""
    columns = {row[0] for row in _described(connection, job)}
    if not columns:
        return []
    found = list(_unjudged(connection, job, as_of_date, job.score_column, None))
    for days, column in job.monitoring().further_columns.items():
        if column in columns:  # scores of an earlier release have one horizon only
            found += _unjudged(connection, job, as_of_date, column, days)
    return found


def _described(connection: duckdb.DuckDBPyConnection, job: Job) -> list[tuple]:
    try:
        return connection.execute(f"describe scores.{job.score_table}").fetchall()
    except duckdb.CatalogException:
        return []


def _unjudged(
    connection: duckdb.DuckDBPyConnection, job: Job, as_of_date: date, column: str, further_days: int | None
) -> Iterator[Matured]:
    """Scores of the rows' own horizon, or of a further one of so many days."""
    days = "coalesce($further_days::integer, horizon_days)"
    rows = connection.execute(
        f"""
        with scored as (
            select distinct as_of_date, {days} as days, model_version from scores.{job.score_table}
            where
                status = 'scored' and model_name = $model_name and {column} is not null
                and ($further_days is null or horizon_days < $further_days) and as_of_date + {days} <= $as_of_date
        )
        select * from scored where not exists (
            select 1 from quality.realised_performance as judged
            where
                judged.job = $job and judged.as_of_date = scored.as_of_date
                and judged.model_version = scored.model_version and judged.horizon_days = scored.days
        )
        order by all
        """,
        {"model_name": job.model_name, "as_of_date": as_of_date, "job": job.name, "further_days": further_days},
    ).fetchall()
    for day, horizon_days, version in rows:
        yield Matured(day, horizon_days, version, column, further_days is not None)
