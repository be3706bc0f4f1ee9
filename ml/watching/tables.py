"""The findings of monitoring as rows of `quality.drift` and `quality.realised_performance`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import duckdb
import pandas as pd

from ml.data.dated_rows import DatedRows
from ml.jobs.base import Job
from ml.tracking import RegisteredVersion
from ml.watching.drift import Drift
from ml.watching.realised import Realised
from warehouse.base.rows import insert_frame
from warehouse.base.transactions import transaction

# What is measured at once and therefore replaced as a whole.
_MEASURED_AT_ONCE = {
    "drift": "as_of_date, job, model_version",
    "realised_performance": "as_of_date, job, model_version, horizon_days",
}


def write_watched(connection: duckdb.DuckDBPyConnection, table: str, frame: pd.DataFrame) -> None:
    """Replace the rows of the same date, job and version (and horizon)."""
    rows = frame.assign(as_of_date=pd.to_datetime(frame["as_of_date"]).dt.date)
    with transaction(connection):
        insert_frame(connection, f"quality.{table}", rows, replacing=_MEASURED_AT_ONCE[table])


def name_horizons(connection: duckdb.DuckDBPyConnection) -> None:
    """Fill in the horizon of rows of an earlier release, which is the time between their two dates."""
    connection.execute(
        "update quality.realised_performance set horizon_days = label_end_date - as_of_date where horizon_days is null"
    )


def _common(job: Job, source: str) -> dict[str, Any]:
    now = datetime.now(UTC).replace(tzinfo=None)
    return {"measured_at": now, "job": job.name, "source": source, "model_name": job.model_name}


def drift_rows(drift: Drift, job: Job, snapshots: DatedRows, serving: RegisteredVersion) -> pd.DataFrame:
    """Rows of `quality.drift`."""
    return pd.DataFrame([asdict(column) for column in drift.columns]).assign(
        **_common(job, snapshots.source),
        as_of_date=snapshots.as_of_date,
        reference_date=drift.reference_date,
        model_version=serving.version,
    )


def realised_rows(found: Sequence[Realised], job: Job, source: str) -> pd.DataFrame:
    """Rows of `quality.realised_performance`."""
    return pd.DataFrame([asdict(figure) for figure in found]).assign(**_common(job, source))
