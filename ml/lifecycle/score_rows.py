"""Writing the rows of a job for a date, which is the same for jobs with and without a model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

import duckdb
import pandas as pd

from ml.jobs.declared import DeclaredJob
from warehouse.base.build_file import BuildFile
from warehouse.tables.score_review import withdraw_scores
from warehouse.tables.scores import create_score_tables, write_scores


@dataclass(frozen=True)
class ScoringReport:
    """The number of rows by status of one scoring."""

    job: str
    source: str
    as_of_date: date
    score_table: str
    model_version: str | None
    rows_by_status: Mapping[str, int]
    reason: str = ""

    def lines(self) -> list[str]:
        """The number of rows by status, and the version that scored them or the reason for none."""
        by = f"by version {self.model_version}" if self.model_version else self.reason
        return [f"{self.score_table}: {self.rows_by_status} {by}".rstrip()]


def write_rows(
    file: BuildFile,
    job: DeclaredJob,
    as_of_date: date,
    frame: pd.DataFrame,
    *,
    run_id: str | None,
    version: str | None = None,
    treated: pd.DataFrame | None = None,
    reason: str = "",
) -> ScoringReport:
    """Replace the job's rows of the date, and add the columns of their origin.

    Parameters
    ----------
    frame
        Key columns, own columns of the score table, `status`, `reason`; one row per key.
    run_id, version
        The run in MLflow and the version that made the rows.
    treated
        Their rows of `feature_treatments`.
    reason
        Why there are no scores, for the report.
    """
    origin = {
        "as_of_date": as_of_date,
        "model_name": job.model_name,
        "model_version": version,
        "mlflow_run_id": run_id,
        "scored_at": datetime.now(UTC).replace(tzinfo=None),
    }
    with file.opened() as connection:
        create_score_tables(connection)
        withdraw_scores(connection, keep=as_of_date)  # of a run that ended before its gate
        write_scores(
            connection,
            job.score_table,
            frame.assign(**origin),
            None if treated is None else treated.assign(**origin),
            of=(as_of_date, job.model_name),
        )
    counts = {str(status): int(count) for status, count in frame["status"].value_counts().items()}
    return ScoringReport(job.name, file.source, as_of_date, job.score_table, version, counts, reason)


def known_customers(file: BuildFile, job: DeclaredJob) -> pd.Series | None:
    """The ids of all customers in the marts, one per row; None if the job is not about customers, or without marts."""
    if not job.spec.scores.is_about_customers:
        return None
    with file.opened(read_only=True) as connection:
        try:
            return connection.execute("select customer_id from marts.dim_customers").df()["customer_id"]
        except duckdb.CatalogException:
            return None


def those_without_row(frame: pd.DataFrame, customers: pd.Series) -> pd.DataFrame:
    """A frame with the `customer_id` of the customers who have no row in the frame, sorted."""
    return pd.DataFrame({"customer_id": customers[~customers.isin(frame["customer_id"])].sort_values()})
