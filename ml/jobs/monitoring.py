"""How the scores of a job are held against what happened once their horizon has passed."""

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

# Metric → name of the rule and what it says of each row.
Rules = dict[str, tuple[str, NDArray]]
PROBABILITY_MEASURES = {"roc_auc": metrics.roc_auc, "brier": metrics.brier, "level_ratio": metrics.level_ratio}
AMOUNT_MEASURES = {
    "gini": metrics.normalised_gini,
    "value_capture_at_20": metrics.capture_at,
    "level_ratio": metrics.level_ratio,
}


@dataclass(frozen=True)
class Monitoring:
    """What is looked at.

    Attributes
    ----------
    key_column
        Of score table and outcomes.
    actual_column
        Of the outcomes.
    measures
        Among them the one that ranks the candidates, which is held against the holdout of the training.
    outcomes
        (connection, day, horizon in days) → one row per key: what was known on the day, and what happened.
    rules
        What plain rules would have said of the rows.
    rank_by_weight
        That measure in a form that can be resampled.
    of_serving_version
        Only what the version in service said asks for a training: by the time a long horizon is over, others have
        long replaced the version that spoke, and would be trained anew every day.
    """

    key_column: str
    actual_column: str
    measures: Mapping[str, Callable[[NDArray, NDArray], float]]
    outcomes: Callable[[duckdb.DuckDBPyConnection, date, int], pd.DataFrame]
    rules: Callable[[duckdb.DuckDBPyConnection, pd.DataFrame, date, int, Definitions], Rules]
    rank_by_weight: Callable[[NDArray, NDArray], metrics.WeightedMetric]
    of_serving_version: bool = False


def last_rate(earlier: pd.DataFrame, rows: pd.DataFrame) -> Rules:
    """For probability and level: the churn rate of the horizon that had just ended."""
    if earlier.empty:
        return {}
    constant = np.full(len(rows), earlier["is_churned"].mean())
    return {name: ("last_churn_rate", constant) for name in ("brier", "level_ratio")}
