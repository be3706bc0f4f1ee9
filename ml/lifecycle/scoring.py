"""Score every customer of a source as of a date with the model that serves it, and write the rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
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
from ml.lifecycle.side_by_side import each_side_by_side
from ml.lifecycle.treated_values import treated_values
from ml.lifecycle.who_serves import serving_version
from ml.tracking import RegisteredVersion, load_estimator
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
        # As in training, the file is not held while the model works.
        with run.file.opened():
            finish_commit(run)
            inputs = _read(run)
        scored = _scored(run, inputs, settings.threads)
    return scored.written()


def finish_commits(settings: Settings, jobs: Iterable[str], source: str) -> None:
    """Carry out what interrupted trainings of these jobs left to be done, so that nothing is written before all scores
    are computed."""
    for job in jobs:
        known = JobOfSource.of(settings, job, source)
        with known.file.opened():
            finish_commit(known)


def compute_scores(settings: Settings, job: str, source: str, as_of_date: date) -> Scored:
    """Compute what `score` writes, of a build file that is only read; `finish_commits` comes before.

    Raises
    ------
    ModelUnavailable, ClienteleError
        As `score`.
    """
    with quiet_environment(settings):
        run = JobOfSource.of(settings, job, source).as_of(as_of_date)
        with run.file.opened(read_only=True):
            inputs = _read(run)
        return _scored(run, inputs, settings.threads)


@dataclass(frozen=True)
class Scored:
    """The rows of a job with a model, and where they come from."""

    run: JobRun
    frame: pd.DataFrame
    version: RegisteredVersion | None
    treated: pd.DataFrame
    refusal: str | None

    def written(self) -> ScoringReport:
        """Write the rows into the build file."""
        return write_rows(
            self.run.file,
            self.run.job,
            self.run.as_of_date,
            self.frame,
            run_id=self.version.run_id if self.version else None,
            version=self.version.version if self.version else None,
            treated=self.treated,
            reason=self.refusal or "",
        )


@dataclass(frozen=True)
class _Inputs:
    """What is read to score: the rows, the version that serves or why none does, and the customers there are."""

    rows: pd.DataFrame
    version: RegisteredVersion | None
    refusal: str | None
    customers: pd.Series | None


def _read(run: JobRun) -> _Inputs:
    rows = run.job.read_scoring(run.file, run.as_of_date)
    version = serving_version(run, run.as_of_date)
    return _Inputs(rows, version, None if version else _refusal(run), known_customers(run.file, run.job))


def _scored(run: JobRun, read: _Inputs, at_once: int) -> Scored:
    task, rows, version = run.job, read.rows, read.version
    estimator = load_estimator(run.server, version) if version else None
    columns = version.columns if version else ()
    of_each = partial(each_side_by_side, at_once=at_once)
    explain = partial(reason_columns, task, estimator, of_each=of_each) if estimator else None
    frame = score_frame(task, rows, estimator, columns, refusal=read.refusal, explain=explain)
    frame = frame.sort_values(list(task.key_columns), ignore_index=True)
    treated = treated_values(task, estimator, columns, rows)
    if read.customers is not None:
        frame = with_customers_without_purchase(task, frame, read.customers)
    return Scored(run, frame, version, treated, read.refusal)


def _refusal(run: JobRun) -> str:
    reason = refusal_reason(run)
    if reason is None:
        raise ModelUnavailable(
            f"No {run.job.model_name} model serves {run.source} as of {run.as_of_date}.",
            f"Train one first: python -m ml train --job {run.job.name} --source {run.source} --as-of {run.as_of_date}",
        )
    return reason


def with_customers_without_purchase(job: Job, frame: pd.DataFrame, known: pd.Series) -> pd.DataFrame:
    """Add a row for each customer who has never bought."""
    missing = those_without_row(frame, known)
    if missing.empty:
        return frame
    added = unscored_rows(job, missing.assign(net_amount=0)).assign(status="not_eligible", reason=NO_PURCHASE)
    return pd.concat([frame, added], ignore_index=True)
