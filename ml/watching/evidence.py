"""Monitoring of a job: measure and record drift and realised performance, and decide whether to train again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import pandas as pd

from ml.competition.results import Competition
from ml.configuration import load_configuration
from ml.data.dated_rows import DatedRows
from ml.jobs.base import Job
from ml.jobs.run import JobRun
from ml.tracking import RegisteredVersion, load_estimator, read_document, usable_champion, write_document
from ml.watching.configuration import WatchingConfiguration
from ml.watching.drift import REFERENCE_DOCUMENT, SCORE, Drift, measure_drift, reference_document
from ml.watching.matured import matured_scores
from ml.watching.realised import realised_performance
from ml.watching.tables import drift_rows, name_horizons, realised_rows, write_watched
from warehouse.base.errors import ModelUnavailable
from warehouse.tables.features import grows_with_calendar
from warehouse.tables.quality_tables import create_quality_tables


@dataclass(frozen=True)
class Evidence:
    """The findings of monitoring.

    Attributes
    ----------
    retrain_reason
        The reason to train now; None without one.
    words
        A summary for users.
    """

    retrain_reason: str | None
    words: str


def fit_reference(
    run: JobRun, snapshots: DatedRows, competition: Competition, versions: Sequence[RegisteredVersion | None]
) -> None:
    """Fit and store the bins of each version that this training registered; a former champion keeps its own."""
    configuration = load_configuration(WatchingConfiguration, "watching").drift
    made = {result.name: result.candidate.estimator for result in competition.results}
    for version in versions:
        if version is not None and version.as_of_date == snapshots.as_of_date and version.candidate in made:
            document = reference_document(run.job, made[version.candidate], version.columns, snapshots, configuration)
            write_document(run.server, version.run_id, REFERENCE_DOCUMENT, document)


def watch(run: JobRun, snapshots: DatedRows, champion: RegisteredVersion | None) -> Evidence:
    """Monitor the model in service, and write `quality.drift` and `quality.realised_performance`.

    Rows of an earlier measurement of the same date and version are replaced.
    """
    configuration = load_configuration(WatchingConfiguration, "watching")
    serving = usable_champion(champion, snapshots.as_of_date)
    job = run.job
    drift = _drift(run, snapshots, serving, configuration) if serving else None
    with run.file.opened() as connection:
        create_quality_tables(connection)
        if drift is not None and serving is not None:
            write_watched(connection, "drift", drift_rows(drift, job, snapshots, serving))
        if job.monitoring() is not None:
            _measure_matured(connection, run, configuration)
        if serving is None:
            return Evidence(None, "")
        matured = _since_training(connection, job, snapshots, serving)
    reasons = [reason for reason in (drift_request(drift, configuration), decay_request(matured)) if reason]
    return Evidence(" and ".join(reasons) or None, f"{_drift_words(drift)} {_realised_words(matured)}")


def drift_request(drift: Drift | None, configuration: WatchingConfiguration) -> str | None:
    """The reason to train from drift: that of the score, or of too many features; None without one."""
    if drift is None:
        return None
    drifted = {column.column_name: column for column in drift.columns if column.status == "drifted"}
    if SCORE in drifted:
        return f"the scores drifted (PSI {drifted[SCORE].psi:.2f} since {drift.reference_date})"
    watched = [c for c in drift.columns if c.column_name != SCORE and not grows_with_calendar(c.column_name)]
    names = [c.column_name for c in watched if c.status == "drifted"]
    if watched and len(names) > configuration.drift.drifted_feature_share * len(watched):
        return f"{len(names)} of {len(watched)} features drifted since {drift.reference_date}: {', '.join(names)}"
    return None


def decay_request(matured: pd.DataFrame) -> str | None:
    """The reason to train from decay of the newest matured scores of each horizon; None without one.

    Parameters
    ----------
    matured
        One row per date, horizon and metric, as in `quality.realised_performance`.
    """
    reasons = []
    for days, rows in matured.groupby("horizon_days"):
        newest = rows["as_of_date"].max()
        causes = rows[(rows["as_of_date"] == newest) & (rows["status"] == "decayed")]["reason"]
        if len(causes):
            reasons.append(f"the scores of {newest:%Y-%m-%d} for {days} days did not come true ({'; '.join(causes)})")
    return " and ".join(reasons) or None


def _drift(
    run: JobRun, snapshots: DatedRows, serving: RegisteredVersion, configuration: WatchingConfiguration
) -> Drift | None:
    document = read_document(run.server, serving.run_id, REFERENCE_DOCUMENT)
    if document is None:
        return None
    try:
        estimator = load_estimator(run.server, serving)
    except ModelUnavailable:
        estimator = None  # features can still be compared; scoring will report the error
    return measure_drift(document, run.job, estimator, snapshots, configuration.drift)


def _measure_matured(connection: duckdb.DuckDBPyConnection, run: JobRun, configuration: WatchingConfiguration) -> None:
    name_horizons(connection)
    for scored in matured_scores(connection, run.job, run.as_of_date):
        try:
            found = realised_performance(connection, run.job, scored, run.definitions, configuration.decay)
        except duckdb.CatalogException:
            return  # marts without movements, built by an earlier release
        write_watched(connection, "realised_performance", realised_rows(found, run.job, run.source))


def _since_training(
    connection: duckdb.DuckDBPyConnection, job: Job, snapshots: DatedRows, serving: RegisteredVersion
) -> pd.DataFrame:
    """Rows of scores that matured after the last training, which could not use their outcomes."""
    monitoring = job.monitoring()
    version = serving.version if monitoring and monitoring.of_serving_version else None
    return connection.execute(
        """
        select as_of_date, horizon_days, metric_name, metric_value, expected_value, status, reason
        from quality.realised_performance
        where job = $job and ($version is null or model_version = $version)
        and label_end_date <= $as_of_date and label_end_date > (
            select coalesce(max(as_of_date), date '0001-01-01') from quality.model_promotions
            where job = $job and as_of_date <= $as_of_date
            and decision not in ('not_retrained', 'refused', 'failed', 'rolled_back')
        )
        order by all
        """,
        {"job": job.name, "as_of_date": snapshots.as_of_date, "version": version},
    ).df()


def _drift_words(drift: Drift | None) -> str:
    if drift is None:
        return "Drift cannot be measured: the version was registered without bins."
    score = next((column for column in drift.columns if column.column_name == SCORE), None)
    score_words = "scores not comparable" if score is None or score.psi is None else f"scores PSI {score.psi:.2f}"
    count = sum(column.status == "drifted" for column in drift.columns if column.column_name != SCORE)
    return f"Drift since {drift.reference_date}: {score_words}, {count} of {len(drift.columns)} columns drifted."


def _realised_words(matured: pd.DataFrame) -> str:
    known = matured[matured["expected_value"].notna()] if len(matured) else matured
    if known.empty:
        return "No scores have matured since the last training."
    newest = known.groupby("horizon_days").tail(1)
    return " ".join(
        f"The scores of {row.as_of_date:%Y-%m-%d} for {row.horizon_days} days reached {row.metric_name} "
        f"{row.metric_value:.3f} ({row.expected_value:.3f} on the holdout)."
        for row in newest.sort_values("horizon_days").itertuples()
    )
