"""The table `quality.model_promotions`: what was decided about a model, when and why."""

from __future__ import annotations

from dataclasses import astuple
from datetime import UTC, date, datetime

import duckdb

from ml.competition import Decision
from ml.job import Job
from ml.tracking import Figures, RegisteredVersion
from warehouse.connections import open_build_file
from warehouse.quality_tables import create_quality_tables
from warehouse.settings import Settings

NOT_RETRAINED, REFUSED, ROLLED_BACK = "not_retrained", "refused", "rolled_back"
AWAITING_APPROVAL, PROMOTED, REJECTED = "awaiting_approval", "promoted", "rejected"
_COLUMNS = (
    "decided_at, pipeline_run_id, job, source, as_of_date, model_name, model_version, mlflow_run_id, candidate, "
    "decision, reason, metric_name, metric_value, baseline_name, baseline_value, champion_value"
)


def write_decision(
    settings: Settings,
    job: Job,
    source: str,
    as_of_date: date,
    *,
    pipeline_run_id: str | None,
    verdict: str,
    reason: str,
    version: RegisteredVersion | None,
    run_id: str | None = None,
    decision: Decision | None = None,
    champion_value: float | None = None,
) -> None:
    """Add one row.

    Parameters
    ----------
    version
        What serves after the decision, or, of ``awaiting_approval`` and ``rejected``, what does not yet or not at
        all; the row's figures are its own.
    run_id
        The MLflow run to point to when nothing serves.
    decision
        Of this training, if there was one; a former champion's figures are then those on its holdout.
    champion_value
        The figure of the champion of that day, when the decision itself is no longer at hand.
    """
    row = (
        datetime.now(UTC).replace(tzinfo=None),
        pipeline_run_id,
        job.name,
        source,
        as_of_date,
        job.model_name,
        version.version if version else None,
        version.run_id if version else run_id,
        version.candidate if version else "none",
        verdict,
        reason,
        *astuple(serving_figures(version, decision)),
        decision.champion_value if decision else champion_value,
    )
    with open_build_file(settings, source) as connection:
        create_quality_tables(connection)
        marks = ", ".join("?" for _ in row)
        connection.execute(f"insert into quality.model_promotions ({_COLUMNS}) values ({marks})", row)


def serving_figures(version: RegisteredVersion | None, decision: Decision | None) -> Figures:
    """The figures of what serves: from the newest holdout it was judged on."""
    if decision is not None and decision.verdict == "champion_kept":
        return Figures(decision.metric_name, decision.champion_value, decision.baseline, decision.baseline_value)
    return version.figures if version else Figures()


def refusal_reason(settings: Settings, job: Job, source: str, as_of_date: date) -> str | None:
    """Why the last training for this date was refused; None when it was not."""
    with open_build_file(settings, source, read_only=True) as connection:
        try:
            found = connection.execute(
                "select decision, reason from quality.model_promotions "
                "where job = ? and as_of_date = ? order by decided_at desc limit 1",
                [job.name, as_of_date],
            ).fetchone()
        except duckdb.CatalogException:
            return None
    return found[1] if found and found[0] == REFUSED else None


def former_versions(settings: Settings, job: Job, source: str) -> list[str]:
    """Versions that have served a source, the newest first, each once."""
    with open_build_file(settings, source, read_only=True) as connection:
        try:
            rows = connection.execute(
                "select model_version from quality.model_promotions where job = ? and source = ? "
                "and model_version is not null and not list_contains(?, decision) "
                "group by model_version order by max(decided_at) desc",
                [job.name, source, [AWAITING_APPROVAL, REJECTED]],
            ).fetchall()
        except duckdb.CatalogException:
            return []
    return [row[0] for row in rows]
