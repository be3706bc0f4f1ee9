"""Write a backtest into MLflow: a parent run with the table, a nested run per origin. No version, no alias."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from ml.tracking.git import git_commit
from ml.tracking.job import TrackedJob
from ml.tracking.saved_views import save_view_over_dates
from ml.tracking.server import TrackingServer
from ml.tracking.versions import LONGEST_TEXT

OriginRun = tuple[str, Mapping[str, str], Mapping[str, float]]


def record_backtest(
    server: TrackingServer,
    job: TrackedJob,
    source: str,
    origins: Sequence[OriginRun],
    report: str,
    *,
    candidates: Mapping[str, Mapping[int, Mapping[str, float]]] | None = None,
) -> str:
    """Record the origins (name, tags, metrics) and the report; return the parent run's id.

    The parent has the same metrics with the origin's number as the step, so that MLflow plots them over time; so has
    a run for each candidate.

    Parameters
    ----------
    candidates
        Candidate → number of the origin → its metrics there.
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
                finite = _finite(metrics)
                mlflow.log_metrics(finite, step=number)
                short = {key: value[:LONGEST_TEXT] for key, value in origin_tags.items()}
                with mlflow.start_run(
                    experiment_id=experiment_id,
                    run_name=f"{source} {origin}",
                    nested=True,
                    tags={**tags, **short, "role": "backtest_origin"},
                ):
                    mlflow.log_metrics(finite)
            for candidate, figures in (candidates or {}).items():
                with mlflow.start_run(
                    experiment_id=experiment_id,
                    run_name=candidate,
                    nested=True,
                    tags={**tags, "candidate": candidate, "role": "backtest_candidate"},
                ):
                    for number, metrics in figures.items():
                        mlflow.log_metrics(_finite(metrics), step=number)
        save_view_over_dates(client, experiment_id, job.spec)
    return parent.info.run_id


def _finite(metrics: Mapping[str, float]) -> dict[str, float]:
    return {name: float(value) for name, value in metrics.items() if math.isfinite(value)}
