"""Score every customer of a source as of a date with the model that serves it, and write the rows."""

from __future__ import annotations

from datetime import date
from functools import partial

import pandas as pd

from ml.environment import quiet_environment
from ml.explanations.reasons import reason_columns
from ml.jobs.base import Job
from ml.jobs.run import JobOfSource, JobRun
from ml.jobs.score_frame import score_frame, unscored_rows
from ml.lifecycle.commit import finish_commit
from ml.lifecycle.decisions import refusal_reason
from ml.lifecycle.score_rows import ScoringReport, known_customers, those_without_row, write_rows
from ml.lifecycle.treated_values import treated_values
from ml.lifecycle.who_serves import serving_version
from ml.tracking import load_estimator
from warehouse.base.definitions import Definitions
from warehouse.base.errors import ModelUnavailable
from warehouse.base.settings import Settings

NO_PURCHASE = "no purchase before the as-of date"


def score(
    settings: Settings,
    job: str,
    source: str,
    as_of_date: date,
    definitions: Definitions | None = None,
) -> ScoringReport:
    """Write a row for every customer: scored, not eligible (with the reason), or refused (with the reason).

    Scores of other dates stay. The version is one that could have served then (`ml.lifecycle.who_serves`). If no
    model serves because training was refused, the rows have the reason.

    Raises
    ------
    ModelUnavailable
        If no model serves although none was refused, or it cannot be loaded; former scores stay.
    ClienteleError
        If the marts are not built for the date, a file is in use, or MLflow does not answer.
    """
    with quiet_environment(settings):
        run = JobOfSource.of(settings, job, source, definitions).as_of(as_of_date)
        task = run.job
        # As in training, the file is not held while the model works.
        with run.file.opened():
            rows = task.read_scoring(run.file, as_of_date)
            finish_commit(run)
            champion = serving_version(run, as_of_date)
            refusal = None if champion else _refusal(run)
            customers = known_customers(run.file, task)
        estimator = load_estimator(run.server, champion) if champion else None
        columns = champion.columns if champion else ()
        explain = partial(reason_columns, task, estimator) if estimator else None
        frame = score_frame(task, rows, estimator, columns, refusal=refusal, explain=explain)
        frame = frame.sort_values(list(task.key_columns), ignore_index=True)
        treated = treated_values(task, estimator, columns, rows)
    if customers is not None:
        frame = _with_customers_without_purchase(task, frame, customers)
    return write_rows(
        run.file,
        task,
        as_of_date,
        frame,
        run_id=champion.run_id if champion else None,
        version=champion.version if champion else None,
        treated=treated,
        reason=refusal or "",
    )


def _refusal(run: JobRun) -> str:
    reason = refusal_reason(run)
    if reason is None:
        raise ModelUnavailable(
            f"No {run.job.model_name} model serves {run.source} as of {run.as_of_date}.",
            f"Train one first: python -m ml train --job {run.job.name} --source {run.source} --as-of {run.as_of_date}",
        )
    return reason


def _with_customers_without_purchase(job: Job, frame: pd.DataFrame, known: pd.Series) -> pd.DataFrame:
    """Add a row for each customer who has never bought."""
    missing = those_without_row(frame, known)
    if missing.empty:
        return frame
    added = unscored_rows(job, missing.assign(net_amount=0)).assign(status="not_eligible", reason=NO_PURCHASE)
    return pd.concat([frame, added], ignore_index=True)
