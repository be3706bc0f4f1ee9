"""What is watched of each job's scores: the column, what it is held against, and the rules beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.evaluation import metrics
from ml.watching.outcomes import contract_outcomes_after, outcomes_after
from warehouse.base.definitions import Definitions

# The status-quo rate divides by the tenure, but by no fewer and no more days than these.
_TENURE_DAYS = (30, 365)
# Metric → name of the rule and what it says of each row.
Rules = dict[str, tuple[str, NDArray]]
_PROBABILITY_MEASURES = {"roc_auc": metrics.roc_auc, "brier": metrics.brier, "level_ratio": metrics.level_ratio}
_AMOUNT_MEASURES = {
    "gini": metrics.normalised_gini,
    "value_capture_at_20": metrics.capture_at,
    "level_ratio": metrics.level_ratio,
}


@dataclass(frozen=True)
class Watched:
    """How the scores of one job are held against what happened.

    Attributes
    ----------
    value_column, key_column
        Of the score table.
    actual_column
        Of the outcomes.
    rank_metric
        The figure that is held against the holdout of the training.
    further_columns
        Days of a longer horizon → column of the score table that speaks of it.
    """

    value_column: str
    key_column: str
    actual_column: str
    rank_metric: str
    measures: Mapping[str, Callable[[NDArray, NDArray], float]]
    outcomes: Callable[[duckdb.DuckDBPyConnection, date, int], pd.DataFrame]
    rules: Callable[[duckdb.DuckDBPyConnection, pd.DataFrame, date, int, Definitions], Rules]
    further_columns: Mapping[int, str] = field(default_factory=dict)


def _churn_rules(
    connection: duckdb.DuckDBPyConnection, rows: pd.DataFrame, day: date, horizon_days: int, definitions: Definitions
) -> Rules:
    """Recency for the rank; for probability and level the churn rate of the horizon that had just ended."""
    earlier = outcomes_after(connection, day - timedelta(days=horizon_days), horizon_days)
    earlier = earlier[earlier["days_since_last_order"] <= definitions.eligibility_window_days]
    return {"roc_auc": ("days_since_last_order", _numbers(rows["days_since_last_order"]))} | _last_rate(earlier, rows)


def _contract_rules(
    connection: duckdb.DuckDBPyConnection, rows: pd.DataFrame, day: date, horizon_days: int, definitions: Definitions
) -> Rules:
    """Young contracts end first; for probability and level the rate of the horizon that had just ended."""
    del definitions  # every running contract is eligible
    earlier = contract_outcomes_after(connection, day - timedelta(days=horizon_days), horizon_days)
    return {"roc_auc": ("tenure_days", -_numbers(rows["tenure_days"]))} | _last_rate(earlier, rows)


def _spend_rules(
    connection: duckdb.DuckDBPyConnection, rows: pd.DataFrame, day: date, horizon_days: int, definitions: Definitions
) -> Rules:
    """Everyone goes on spending at the rate of the last year, or of their tenure if it is shorter."""
    del connection, day, definitions
    known_days = np.clip(_numbers(rows["tenure_days"]), *_TENURE_DAYS)
    rate = np.maximum(_numbers(rows["net_amount_365d"]), 0) / known_days * horizon_days
    return {name: ("status_quo_rate", rate) for name in _AMOUNT_MEASURES}


def _last_rate(earlier: pd.DataFrame, rows: pd.DataFrame) -> Rules:
    if earlier.empty:
        return {}
    constant = np.full(len(rows), earlier["is_churned"].mean())
    return {name: ("last_churn_rate", constant) for name in ("brier", "level_ratio")}


def _numbers(column: pd.Series) -> NDArray:
    return column.to_numpy(dtype=float)


# A segment is right or wrong about nothing: segmentation is not here.
WATCHED: Mapping[str, Watched] = {
    "churn": Watched(
        "churn_probability",
        "customer_id",
        "is_churned",
        "roc_auc",
        _PROBABILITY_MEASURES,
        outcomes_after,
        _churn_rules,
    ),
    "clv": Watched(
        "predicted_amount",
        "customer_id",
        "future_net_amount",
        "gini",
        _AMOUNT_MEASURES,
        outcomes_after,
        _spend_rules,
        # What the table holds, whatever horizons are asked for today: what was said once is judged.
        {180: "predicted_180d_amount", 365: "predicted_365d_amount"},
    ),
    "contract_churn": Watched(
        "churn_probability",
        "subscription_id",
        "is_churned",
        "roc_auc",
        _PROBABILITY_MEASURES,
        contract_outcomes_after,
        _contract_rules,
    ),
}
