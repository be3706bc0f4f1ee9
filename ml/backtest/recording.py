"""Record a backtest: rows in `quality.backtest`, and in MLflow a run per origin under one parent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

import pandas as pd

from ml.backtest.replay import Origin
from ml.jobs.supervised import SupervisedJob
from ml.tracking import TrackingServer, record_backtest
from warehouse.base.connections import open_build_file
from warehouse.base.rows import insert_frame
from warehouse.base.settings import Settings
from warehouse.tables.quality_tables import create_quality_tables


def keep(settings: Settings, job: SupervisedJob, source: str, origins: Sequence[Origin], markdown: str) -> str:
    """Record a backtest; return the id of MLflow's parent run, which is the backtest's id."""
    horizon = {"horizon_days": str(job.horizon_days)}
    runs = [(o.origin_date.isoformat(), {**_tags(o), **horizon}, dict(_run_metrics(o))) for o in origins]
    over = _over_origins(origins)
    backtest_id = record_backtest(TrackingServer(settings), job, source, runs, markdown, candidates=over)
    frame = rows(backtest_id, source, origins, job.horizon_days)
    with open_build_file(settings, source) as connection:
        create_quality_tables(connection)
        insert_frame(connection, "quality.backtest", frame)
    return backtest_id


def rows(backtest_id: str, source: str, origins: Sequence[Origin], horizon_days: int | None = None) -> pd.DataFrame:
    """Rows of `quality.backtest`: one per origin, model and metric; a refused origin has one row with the reason."""
    now = datetime.now(UTC).replace(tzinfo=None)
    found = []
    for origin in origins:
        common = {
            "backtest_id": backtest_id,
            "measured_at": now,
            "job": origin.job,
            "source": source,
            "origin_date": origin.origin_date,
            "horizon_days": horizon_days,
            "customer_count": origin.customer_count,
            "training_snapshot_count": len(origin.training_dates),
            "reason": origin.refusal,
        }
        if origin.refusal:
            found.append(common | {"candidate": "none", "role": "refused", "is_champion": False})
        for figures in origin.figures:
            is_champion = figures.name == origin.champion and figures.role == "candidate"
            model = {"candidate": figures.name, "role": figures.role, "is_champion": is_champion}
            found += [
                common | model | {"metric_name": name, "metric_value": value} for name, value in figures.metrics.items()
            ]
    columns = ("metric_name", "metric_value")
    frame = pd.DataFrame(found)
    return frame.assign(**{name: None for name in columns if name not in frame})


def _over_origins(origins: Sequence[Origin]) -> dict[str, dict[int, Mapping[str, float]]]:
    """Candidate → number of the origin → its metrics, rules among the candidates."""
    found: dict[str, dict[int, Mapping[str, float]]] = {}
    for number, origin in enumerate(origins):
        for figures in origin.figures:
            if figures.role != "in_service":
                found.setdefault(figures.name, {})[number] = figures.metrics
    return found


def _tags(origin: Origin) -> dict[str, str]:
    return {
        "origin_date": origin.origin_date.isoformat(),
        "champion": origin.champion or "none",
        "best_baseline": origin.best_baseline or "none",
        "decision": origin.decision or "refused",
        "rank_gain": str(origin.rank_gain or "none"),
        "refusal": origin.refusal or "none",
    }


def _run_metrics(origin: Origin) -> Iterator[tuple[str, float]]:
    """Metrics of the champion, the best baseline and the model then in service, with a prefix for each."""
    for prefix, figures in (
        ("champion", origin.of(origin.champion)),
        ("baseline", origin.of(origin.best_baseline)),
        ("in_service", origin.in_service),
    ):
        if figures is not None:
            yield from ((f"{prefix}_{name}", value) for name, value in figures.metrics.items())
