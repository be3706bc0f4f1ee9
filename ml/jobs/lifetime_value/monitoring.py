"""Lifetime value against what was spent: the status quo is the rule that it has to stand beside."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import duckdb
import pandas as pd
from numpy.typing import NDArray

from ml.data.outcomes import outcomes_after
from ml.estimators.baselines import StatusQuoSpend
from ml.estimators.parameters import StatusQuo
from ml.evaluation.metrics import WeightedMetric
from ml.jobs.monitoring import AMOUNT_MEASURES, Monitoring, Rules
from warehouse.base.definitions import Definitions


def spend_monitoring(status_quo: StatusQuo, rank_by_weight: Callable[[NDArray, NDArray], WeightedMetric]) -> Monitoring:
    """How predicted spend is held against spend after the date."""

    def rules(
        connection: duckdb.DuckDBPyConnection,
        rows: pd.DataFrame,
        day: date,
        horizon_days: int,
        definitions: Definitions,
    ) -> Rules:
        del connection, day, definitions  # the status quo is known of each row by itself
        rate = StatusQuoSpend(horizon_days, status_quo.minimum_tenure_days).fit(rows).predict(rows)
        return {name: ("status_quo_rate", rate) for name in AMOUNT_MEASURES}

    return Monitoring("customer_id", "future_net_amount", AMOUNT_MEASURES, outcomes_after, rules, rank_by_weight)
