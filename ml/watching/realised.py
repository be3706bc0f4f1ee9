"""Realised performance: scores of earlier dates compared with outcomes, once their horizon has passed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb
import pandas as pd

from ml.evaluation.bootstrap import Interval, metric_interval
from ml.jobs.base import Job
from ml.jobs.monitoring import Monitoring
from ml.watching.configuration import DecayConfiguration
from ml.watching.matured import Matured
from warehouse.base.definitions import Definitions


@dataclass(frozen=True)
class Realised:
    """One metric of one version's scores of one date for one horizon."""

    as_of_date: date
    horizon_days: int
    label_end_date: date
    model_version: str
    metric_name: str
    metric_value: float | None
    baseline_name: str | None
    baseline_value: float | None
    expected_value: float | None
    status: str  # ok, decayed or too_few
    reason: str | None
    customer_count: int


def realised_performance(
    connection: duckdb.DuckDBPyConnection,
    job: Job,
    scored: Matured,
    definitions: Definitions,
    configuration: DecayConfiguration,
) -> list[Realised]:
    """Compare the scores of one date, version and horizon with the outcomes."""
    monitoring, day = job.monitoring(), scored.as_of_date
    if monitoring is None:
        return []
    rows = _scores(connection, job, monitoring, scored).merge(
        monitoring.outcomes(connection, day, scored.horizon_days), on=monitoring.key_column, how="inner"
    )
    origin = (day, scored.horizon_days, scored.label_end_date, scored.model_version)
    actual = rows[monitoring.actual_column].to_numpy(dtype=float)
    predicted = rows[job.score_column].to_numpy(dtype=float)
    positive_count = int((actual > 0).sum())
    if len(rows) < configuration.minimum_customer_count or positive_count in {0, len(rows)}:
        return [Realised(*origin, job.spec.rank_metric, None, None, None, None, "too_few", None, len(rows))]
    rules = monitoring.rules(connection, rows, day, scored.horizon_days, definitions)
    found = []
    for name, measure in monitoring.measures.items():
        rule, by_rule = rules.get(name, (None, None))
        figure, at_rule = measure(actual, predicted), None if by_rule is None else measure(actual, by_rule)
        expected = _expected_rank(connection, job, name, scored) if name == job.spec.rank_metric else None
        reason = None
        if expected is not None:
            rank = metric_interval(monitoring.rank_by_weight(actual, predicted), len(actual), job.resamples)
            reason = _rank_decay(job, rank, expected, configuration)
        else:
            reason = _decay(name, figure, at_rule, configuration)
        status = "decayed" if reason else "ok"
        found.append(Realised(*origin, name, figure, rule, at_rule, expected, status, reason, len(rows)))
    return found


def _scores(connection: duckdb.DuckDBPyConnection, job: Job, monitoring: Monitoring, scored: Matured) -> pd.DataFrame:
    value = job.score_column
    return connection.execute(
        f"select {monitoring.key_column}, {value}::double as {value} from scores.{job.score_table} "
        f"where status = 'scored' and as_of_date = ? and model_name = ? and model_version = ? and {value} is not null",
        [scored.as_of_date, job.model_name, scored.model_version],
    ).df()


def _expected_rank(connection: duckdb.DuckDBPyConnection, job: Job, metric: str, scored: Matured) -> float | None:
    """The version's metric on the holdout of its training."""
    found = connection.execute(
        "select metric_value from quality.model_promotions where job = ? and model_version = ? and metric_name = ? "
        "order by decided_at limit 1",
        [job.name, scored.model_version, metric],
    ).fetchone()
    return found[0] if found else None


def _rank_decay(job: Job, interval: Interval, expected: float, configuration: DecayConfiguration) -> str | None:
    if interval.upper >= expected - configuration.maximum_rank_loss:
        return None
    return f"{job.spec.rank_metric} {interval.estimate:.3f} against {expected:.3f} on the holdout of its training"


def _decay(name: str, figure: float, at_constant: float | None, configuration: DecayConfiguration) -> str | None:
    """Why a figure of level or calibration is not good enough; None if it is, or is not watched."""
    low, high, allowed = (
        configuration.minimum_level_ratio,
        configuration.maximum_level_ratio,
        configuration.maximum_calibration_error,
    )
    if name == "level_ratio" and not low <= figure <= high:
        return f"predicted / actual {figure:.2f}"
    if name == "expected_calibration_error" and figure > allowed:
        return f"expected calibration error {figure:.3f}, allowed {allowed:g}"
    if name == "brier" and at_constant is not None and figure >= at_constant:
        return f"Brier score {figure:.3f}, no better than {at_constant:.3f} of the last rate for everybody"
    return None
