"""Write a backtest into MLflow: a parent run with the table, a nested run per origin. No version, no alias."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from ml.tracking.git import git_commit
from ml.tracking.job import TrackedJob
from ml.tracking.server import TrackingServer
from ml.tracking.versions import LONGEST_TEXT

OriginRun = tuple[str, Mapping[str, str], Mapping[str, float]]


def record_backtest(
    server: TrackingServer, job: TrackedJob, source: str, origins: Sequence[OriginRun], report: str
) -> str:
    """Record the origins (name, tags, metrics) and the report; return the parent run's id.

    The parent has the same metrics with the origin's number as the step, so that MLflow plots them over time.
    """
    import mlflow

    tags = {"source": source, "job": job.name, "git_commit": git_commit()}
    with server.client() as client:
        experiment_id = server.experiment_id(client, job.model_name)
        name = f"{source} backtest"
        with mlflow.start_run(experiment_id=experiment_id, run_name=name, tags={**tags, "role": "backtest"}) as parent:
            mlflow.log_text(report, "backtest.md")
            mlflow.log_param("origin_count", len(origins))
            for number, (origin, origin_tags, metrics) in enumerate(origins):
                finite = {key: float(value) for key, value in metrics.items() if math.isfinite(value)}
                mlflow.log_metrics(finite, step=number)
                short = {key: value[:LONGEST_TEXT] for key, value in origin_tags.items()}
                with mlflow.start_run(
                    experiment_id=experiment_id,
                    run_name=f"{source} {origin}",
                    nested=True,
                    tags={**tags, **short, "role": "backtest_origin"},
                ):
                    mlflow.log_metrics(finite)
    return parent.info.run_id
