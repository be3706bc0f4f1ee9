"""How the scores of a job are compared with outcomes once their horizon has passed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.evaluation import metrics
from warehouse.base.definitions import Definitions

# Metric → name of the reference rule and its predictions, shape (n_rows,).
Rules = dict[str, tuple[str, NDArray]]
PROBABILITY_MEASURES = {
    "roc_auc": metrics.roc_auc,
    "brier": metrics.brier,
    "expected_calibration_error": metrics.expected_calibration_error,
    "level_ratio": metrics.level_ratio,
}
AMOUNT_MEASURES = {
    "gini": metrics.normalised_gini,
    "value_capture_at_20": metrics.capture_at,
    "level_ratio": metrics.level_ratio,
}


@dataclass(frozen=True)
class Monitoring:
    """The outcomes, metrics and reference rules of a job.

    Attributes
    ----------
    key_column
        Key column of score table and outcomes.
    actual_column
        Column with the outcome.
    measures
        The metrics; the one that ranks the candidates is compared with its value on the training's holdout.
    outcomes
        (connection, day, horizon in days) → one row per key: what was known on the day, and the outcome.
    rules
        (connection, rows, day, horizon in days, definitions) → the predictions of simple rules.
    rank_by_weight
        The metric that ranks the candidates, as a function of row weights.
    of_serving_version
        Whether only scores of the version in service can trigger a training: when a long horizon is over, the version
        that made the scores was replaced long ago, and old scores would trigger a training every day.
    """

    key_column: str
    actual_column: str
    measures: Mapping[str, Callable[[NDArray, NDArray], float]]
    outcomes: Callable[[duckdb.DuckDBPyConnection, date, int], pd.DataFrame]
    rules: Callable[[duckdb.DuckDBPyConnection, pd.DataFrame, date, int, Definitions], Rules]
    rank_by_weight: Callable[[NDArray, NDArray], metrics.WeightedMetric]
    of_serving_version: bool = False


def last_rate(earlier: pd.DataFrame, rows: pd.DataFrame) -> Rules:
    """The reference of probability and level: the churn rate in `earlier`, the horizon that had just ended.

    One prediction per row of `rows`, all alike; nothing where `earlier` is empty.
    """
    if earlier.empty:
        return {}
    constant = np.full(len(rows), earlier["is_churned"].mean())
    return {name: ("last_churn_rate", constant) for name in ("brier", "level_ratio")}
