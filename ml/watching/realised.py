"""Scores of earlier dates against what happened, once their horizon has passed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.evaluation import metrics
from ml.evaluation.bootstrap import Resamples, metric_interval
from ml.job import Job
from ml.supervised import SupervisedJob
from ml.watching.configuration import DecayConfiguration
from ml.watching.outcomes import outcomes_after
from warehouse.definitions import Definitions

_VALUE_COLUMNS = {"churn": "churn_probability", "clv": "predicted_amount"}
_RANK_METRICS = {"churn": "roc_auc", "clv": "gini"}
_MEASURES = {
    "churn": {"roc_auc": metrics.roc_auc, "brier": metrics.brier, "level_ratio": metrics.level_ratio},
    "clv": {
        "gini": metrics.normalised_gini,
        "value_capture_at_20": metrics.capture_at,
        "level_ratio": metrics.level_ratio,
    },
}
# The status-quo rate divides by the tenure, but by no fewer and no more days than these.
_TENURE_DAYS = (30, 365)


@dataclass(frozen=True)
class Realised:
    """One figure of one version's scores of one date."""

    as_of_date: date
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


def matured_scores(
    connection: duckdb.DuckDBPyConnection, job: Job, source: str, as_of_date: date
) -> list[tuple[date, int, str]]:
    """Date, horizon and version of the scores whose horizon has passed and which are not yet judged."""
    try:
        return connection.execute(
            f"select distinct as_of_date, horizon_days, model_version from scores.{job.score_table} as scores "
            "where status = 'scored' and model_name = $model_name and as_of_date + horizon_days <= $as_of_date "
            "and not exists (select 1 from quality.realised_performance as judged where judged.job = $job "
            "and judged.as_of_date = scores.as_of_date and judged.model_version = scores.model_version) order by all",
            {"model_name": job.model_name, "as_of_date": as_of_date, "job": job.name},
        ).fetchall()
    except duckdb.CatalogException:
        return []


def judge(
    connection: duckdb.DuckDBPyConnection,
    job: SupervisedJob,
    scored: tuple[date, int, str],
    definitions: Definitions,
    configuration: DecayConfiguration,
) -> list[Realised]:
    """Compare the scores of one date and version with what happened."""
    day, horizon_days, version = scored
    rows = _scores(connection, job, day, version).merge(
        outcomes_after(connection, day, horizon_days), on="customer_id", how="inner"
    )
    end = day + timedelta(days=horizon_days)
    value, rank = _VALUE_COLUMNS[job.name], _RANK_METRICS[job.name]
    actual = rows["is_churned" if job.name == "churn" else "future_net_amount"].to_numpy(dtype=float)
    predicted = rows[value].to_numpy(dtype=float)
    happened = int((actual > 0).sum())
    if len(rows) < configuration.minimum_customer_count or happened in {0, len(rows)}:
        return [Realised(day, end, version, rank, None, None, None, None, "too_few", None, len(rows))]
    rules = (
        _churn_rules(connection, rows, day, definitions) if job.name == "churn" else _spend_rules(rows, horizon_days)
    )
    found = []
    for name, measure in _MEASURES[job.name].items():
        rule, by_rule = rules.get(name, (None, None))
        figure, at_rule = measure(actual, predicted), None if rule is None else measure(actual, by_rule)
        expected = _expected_rank(connection, job, version) if name == rank else None
        reason = None
        if expected is not None:
            reason = _rank_decay(job, actual, predicted, expected, configuration)
        elif name == "level_ratio":
            reason = _level_decay(figure, configuration)
        status = "decayed" if reason else "ok"
        found.append(Realised(day, end, version, name, figure, rule, at_rule, expected, status, reason, len(rows)))
    return found


def _churn_rules(
    connection: duckdb.DuckDBPyConnection, rows: pd.DataFrame, day: date, definitions: Definitions
) -> dict[str, tuple[str, NDArray]]:
    """Recency for the rank; for probability and level the churn rate of the horizon that had just ended."""
    days = definitions.churn_horizon_days
    earlier = outcomes_after(connection, day - timedelta(days=days), days)
    earlier = earlier[earlier["days_since_last_order"] <= definitions.eligibility_window_days]
    rules = {"roc_auc": ("days_since_last_order", rows["days_since_last_order"].to_numpy(dtype=float))}
    if len(earlier):
        constant = np.full(len(rows), earlier["is_churned"].mean())
        rules |= {name: ("last_churn_rate", constant) for name in ("brier", "level_ratio")}
    return rules


def _spend_rules(rows: pd.DataFrame, horizon_days: int) -> dict[str, tuple[str, NDArray]]:
    """Everyone goes on spending at the rate of the last year, or of their tenure if it is shorter."""
    known_days = np.clip(rows["tenure_days"].to_numpy(dtype=float), *_TENURE_DAYS)
    rate = np.maximum(rows["net_amount_365d"].to_numpy(), 0) / known_days * horizon_days
    return {name: ("status_quo_rate", rate) for name in _MEASURES["clv"]}


def _scores(connection: duckdb.DuckDBPyConnection, job: Job, day: date, version: str) -> pd.DataFrame:
    value = _VALUE_COLUMNS[job.name]
    return connection.execute(
        f"select customer_id, {value}::double as {value} from scores.{job.score_table} "
        f"where status = 'scored' and as_of_date = ? and model_name = ? and model_version = ? and {value} is not null",
        [day, job.model_name, version],
    ).df()


def _expected_rank(connection: duckdb.DuckDBPyConnection, job: Job, version: str) -> float | None:
    """The version's figure on the holdout of its training."""
    found = connection.execute(
        "select metric_value from quality.model_promotions where job = ? and model_version = ? and metric_name = ? "
        "order by decided_at limit 1",
        [job.name, version, _RANK_METRICS[job.name]],
    ).fetchone()
    return found[0] if found else None


def _rank_decay(
    job: SupervisedJob, actual: NDArray, predicted: NDArray, expected: float, configuration: DecayConfiguration
) -> str | None:
    bootstrap = job.configuration.bootstrap
    resamples = Resamples(bootstrap.repetition_count, bootstrap.confidence, job.random_seed)
    interval = metric_interval(job.rank_by_weight(actual, predicted), len(actual), resamples)
    if interval.upper >= expected - configuration.maximum_rank_loss:
        return None
    return f"{_RANK_METRICS[job.name]} {interval.estimate:.3f} against {expected:.3f} on the holdout of its training"


def _level_decay(ratio: float, configuration: DecayConfiguration) -> str | None:
    if configuration.minimum_level_ratio <= ratio <= configuration.maximum_level_ratio:
        return None
    return f"predicted / actual {ratio:.2f}"
