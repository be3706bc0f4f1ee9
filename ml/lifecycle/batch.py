"""Compute the results of a job without a model as of a date, and write its run in MLflow and its rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd

from ml.competition.results import Refused
from ml.environment import quiet_environment
from ml.jobs.batch import BatchJob, Results
from ml.jobs.registry import load_batch_job
from ml.lifecycle.score_rows import ScoringReport, known_customers, those_without_row, write_rows
from ml.tracking import TrackingServer, record_results
from warehouse.base.build_file import BuildFile
from warehouse.base.settings import Settings


def score_batch(settings: Settings, job: str, source: str, as_of_date: date) -> ScoringReport:
    """Write the rows of one date; those of other dates stay.

    If the data do not allow results, the run in MLflow and the report have the reason; so have the rows of a job about
    customers.

    Raises
    ------
    ClienteleError
        If a file is in use, or MLflow does not answer.
    """
    with quiet_environment(settings):
        task, file = load_batch_job(job), BuildFile(settings, source)
        with file.opened(read_only=True):
            results, refusal = _results(file, task, as_of_date)
            rows = _with_every_customer(results.rows, known_customers(file, task), refusal or "no result")
        tags = {"source": source, "as_of_date": as_of_date.isoformat(), "job": job}
        tags |= {"decision": "refused", "decision_reason": refusal} if refusal else {}
        run_id = record_results(TrackingServer(settings), task.model_name, tags, results.figures, results.documents)
    return write_rows(file, task, as_of_date, rows, run_id=run_id, reason=refusal or "")


def _results(file: BuildFile, task: BatchJob, as_of_date: date) -> tuple[Results, str | None]:
    """The results with a status for each row, or no rows and the reason."""
    try:
        task.check_needs(file)
        with file.opened(read_only=True) as connection:
            results = task.results(connection, as_of_date)
    except Refused as refusal:
        return Results(pd.DataFrame(columns=[*task.key_columns, "status", "reason"]), {}), str(refusal)
    rows = results.rows
    if "status" not in rows:
        rows = rows.assign(status="scored", reason=None)
    return replace(results, rows=rows), None


def _with_every_customer(rows: pd.DataFrame, customers: pd.Series | None, reason: str) -> pd.DataFrame:
    if customers is None:
        return rows
    missing = those_without_row(rows, customers).assign(status="refused", reason=reason)
    return pd.concat([rows, missing], ignore_index=True)
