"""Scores of earlier dates against what happened, once their horizon has passed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import duckdb
import pandas as pd
from numpy.typing import NDArray

from ml.contract_churn.job import ContractChurnJob
from ml.evaluation.bootstrap import Resamples, metric_interval
from ml.job import Job
from ml.supervised import SupervisedJob
from ml.watching.configuration import DecayConfiguration
from ml.watching.kinds import WATCHED, Watched
from warehouse.definitions import Definitions

WatchedJob = SupervisedJob | ContractChurnJob


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
    job: WatchedJob,
    scored: tuple[date, int, str],
    definitions: Definitions,
    configuration: DecayConfiguration,
) -> list[Realised]:
    """Compare the scores of one date and version with what happened."""
    day, horizon_days, version = scored
    kind = WATCHED[job.name]
    rows = _scores(connection, job, kind, day, version).merge(
        kind.outcomes(connection, day, horizon_days), on=kind.key_column, how="inner"
    )
    end = day + timedelta(days=horizon_days)
    actual = rows[kind.actual_column].to_numpy(dtype=float)
    predicted = rows[kind.value_column].to_numpy(dtype=float)
    happened = int((actual > 0).sum())
    if len(rows) < configuration.minimum_customer_count or happened in {0, len(rows)}:
        return [Realised(day, end, version, kind.rank_metric, None, None, None, None, "too_few", None, len(rows))]
    rules = kind.rules(connection, rows, day, horizon_days, definitions)
    found = []
    for name, measure in kind.measures.items():
        rule, by_rule = rules.get(name, (None, None))
        figure, at_rule = measure(actual, predicted), None if rule is None else measure(actual, by_rule)
        expected = _expected_rank(connection, job, version) if name == kind.rank_metric else None
        reason = None
        if expected is not None:
            reason = _rank_decay(job, actual, predicted, expected, configuration)
        elif name == "level_ratio":
            reason = _level_decay(figure, configuration)
        status = "decayed" if reason else "ok"
        found.append(Realised(day, end, version, name, figure, rule, at_rule, expected, status, reason, len(rows)))
    return found


def _scores(connection: duckdb.DuckDBPyConnection, job: Job, kind: Watched, day: date, version: str) -> pd.DataFrame:
    value = kind.value_column
    return connection.execute(
        f"select {kind.key_column}, {value}::double as {value} from scores.{job.score_table} "
        f"where status = 'scored' and as_of_date = ? and model_name = ? and model_version = ? and {value} is not null",
        [day, job.model_name, version],
    ).df()


def _expected_rank(connection: duckdb.DuckDBPyConnection, job: Job, version: str) -> float | None:
    """The version's figure on the holdout of its training."""
    found = connection.execute(
        "select metric_value from quality.model_promotions where job = ? and model_version = ? and metric_name = ? "
        "order by decided_at limit 1",
        [job.name, version, WATCHED[job.name].rank_metric],
    ).fetchone()
    return found[0] if found else None


def _rank_decay(
    job: WatchedJob, actual: NDArray, predicted: NDArray, expected: float, configuration: DecayConfiguration
) -> str | None:
    bootstrap = job.configuration.bootstrap
    resamples = Resamples(bootstrap.repetition_count, bootstrap.confidence, job.random_seed)
    interval = metric_interval(job.rank_by_weight(actual, predicted), len(actual), resamples)
    if interval.upper >= expected - configuration.maximum_rank_loss:
        return None
    return (
        f"{WATCHED[job.name].rank_metric} {interval.estimate:.3f} against {expected:.3f} on the holdout of its training"
    )


def _level_decay(ratio: float, configuration: DecayConfiguration) -> str | None:
    if configuration.minimum_level_ratio <= ratio <= configuration.maximum_level_ratio:
        return None
    return f"predicted / actual {ratio:.2f}"
