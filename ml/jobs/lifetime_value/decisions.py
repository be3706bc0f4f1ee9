"""The table `quality.model_horizons`: what was decided about each further horizon of a version, and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import duckdb
import pandas as pd

from ml.jobs.base import Job
from ml.jobs.lifetime_value.horizons import HorizonOutcome
from ml.tracking import Recorded


def write_horizons(
    connection: duckdb.DuckDBPyConnection,
    job: Job,
    outcomes: Sequence[HorizonOutcome],
    recorded: Recorded,
    *,
    serves: bool,
    pipeline_run_id: str | None,
) -> None:
    """Add one row per further horizon, inside the caller's transaction; nothing where the job has none.

    Parameters
    ----------
    recorded
        What the training left in MLflow.
    serves
        Whether a version of this training serves from now on. If not, its horizons wait with it (with the challenger),
        and the former champion's go on.
    """
    if not outcomes:
        return
    version = recorded.champion if serves else recorded.challenger
    common = {
        "decided_at": datetime.now(UTC).replace(tzinfo=None),
        "pipeline_run_id": pipeline_run_id,
        "job": job.name,
        "model_name": job.model_name,
        "model_version": version.version if version else None,
        "mlflow_run_id": recorded.parent_run_id,
        "is_in_service": serves,
    }
    frame = pd.DataFrame([common | _told(outcome) for outcome in outcomes])
    connection.register("new_horizons", frame)
    try:
        connection.execute("insert into quality.model_horizons by name select * from new_horizons")
    finally:
        connection.unregister("new_horizons")


def _told(outcome: HorizonOutcome) -> dict[str, object]:
    snapshots = outcome.snapshots
    told = {
        "source": snapshots.source,
        "as_of_date": snapshots.as_of_date,
        "horizon_days": outcome.horizon_days,
        "evaluation_date": snapshots.evaluation_date,
        "training_snapshot_count": len(snapshots.training_dates),
        "candidate": outcome.model.candidate,
    }
    if outcome.competition is None:
        return told | {"decision": "refused", "reason": outcome.refusal}
    decision = outcome.competition.decision
    told |= {
        "decision": decision.verdict,
        "reason": decision.reason,
        "metric_name": decision.metric_name,
        "baseline_name": decision.baseline,
        "baseline_value": decision.baseline_value,
        "champion_value": decision.champion_value,
    }
    if decision.serving is None:
        return told | {"metric_value": decision.champion_value}
    metrics = outcome.competition.result(decision.serving).metrics
    return told | {
        "metric_value": metrics[decision.metric_name],
        "level_ratio": metrics["level_ratio"],
        "interval_coverage": metrics["interval_coverage"],
    }
