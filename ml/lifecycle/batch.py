"""Compute the results of a job without a model as of a date, write its run in MLflow, and the rows of its table."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime

import duckdb
import pandas as pd

from ml.competition.results import Refused
from ml.environment import quiet_environment
from ml.jobs.batch import BatchJob, Results
from ml.jobs.registry import load_batch_job
from ml.lifecycle.scoring import ScoringReport
from ml.tracking import TrackingServer, record_results
from warehouse.base.build_file import BuildFile
from warehouse.base.settings import Settings
from warehouse.tables.raw_tables import tables_without_rows
from warehouse.tables.score_review import withdraw_scores
from warehouse.tables.scores import create_score_tables, write_scores


def score_batch(settings: Settings, job: str, source: str, as_of_date: date) -> ScoringReport:
    """Write the rows of one date; those of other dates stay.

    Where the data do not allow results, the run in MLflow and the report say why; a job about customers then has a
    row for each of them that says so, too.

    Raises
    ------
    ClienteleError
        If a file is held, or MLflow does not answer.
    """
    with quiet_environment(settings):
        task, file = load_batch_job(job), BuildFile(settings, source)
        with file.opened(read_only=True) as connection:
            results, refusal = _results(file, connection, task, as_of_date)
            rows = _with_every_customer(connection, task, results.rows, refusal or "no result")
        tags = {"source": source, "as_of_date": as_of_date.isoformat(), "job": job}
        tags |= {"decision": "refused", "decision_reason": refusal} if refusal else {}
        run_id = record_results(TrackingServer(settings), task.model_name, tags, results.figures, results.documents)
    origin = {
        "as_of_date": as_of_date,
        "model_name": task.model_name,
        "mlflow_run_id": run_id,
        "scored_at": datetime.now(UTC).replace(tzinfo=None),
    }
    with file.opened() as connection:
        create_score_tables(connection)
        withdraw_scores(connection, keep=as_of_date)  # of a run that ended before its gate
        write_scores(connection, task.score_table, rows.assign(**origin))
    return ScoringReport(job, source, as_of_date, task.score_table, None, _counts(rows), refusal or "")


def _results(
    file: BuildFile, connection: duckdb.DuckDBPyConnection, task: BatchJob, as_of_date: date
) -> tuple[Results, str | None]:
    """The results with their status, or none and why."""
    try:
        if lacking := task.spec.needs and tables_without_rows(file, task.spec.needs):
            raise Refused(f"The source has no {' and no '.join(lacking)}.")
        results = task.results(connection, as_of_date)
    except Refused as refusal:
        return Results(pd.DataFrame(columns=[*task.key_columns, "status", "reason"]), {}), str(refusal)
    rows = results.rows
    if "status" not in rows:
        rows = rows.assign(status="scored", reason=None)
    return Results(rows, results.figures, results.documents), None


def _with_every_customer(
    connection: duckdb.DuckDBPyConnection, task: BatchJob, rows: pd.DataFrame, reason: str
) -> pd.DataFrame:
    if not task.spec.scores.is_about_customers:
        return rows
    known = connection.execute("select customer_id from marts.dim_customers").df()["customer_id"]
    missing = pd.DataFrame({"customer_id": known[~known.isin(rows["customer_id"])].sort_values()})
    return pd.concat([rows, missing.assign(status="refused", reason=reason)], ignore_index=True)


def _counts(rows: pd.DataFrame) -> Mapping[str, int]:
    return {str(status): int(count) for status, count in rows["status"].value_counts().items()}
