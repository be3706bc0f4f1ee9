"""The distribution of the time to the next order, from the models' formulas."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ml.purchase_models.base import PurchaseModel
from ml.purchase_models.inputs import distinct_rows

# So many days hence stands for ever.
EVER_DAYS = 36_500.0


def next_order_curves(model: PurchaseModel, X: pd.DataFrame, days: ArrayLike) -> np.ndarray:
    """P(next order within each number of days of the as-of date), shape (n_customers, n_days).

    P(alive | history) × P(an order in time | alive). The second depends on repeat count and tenure only, and is
    computed once for customers who share both.
    """
    history = model._history(X)
    position, group = distinct_rows(history.repeat_count, history.tenure)
    groups = history.part(position)
    horizons = model._horizon(days)
    if_alive = np.column_stack([model._active_probability_if_alive(groups, horizon) for horizon in horizons])
    return (model._alive_probability(history)[:, None] * if_alive[group])[history.row_group]


def never_again_probability(model: PurchaseModel, X: pd.DataFrame) -> np.ndarray:
    """P(no order ever again), shape (n_customers,): has dropped out, or does before the next order."""
    return 1 - next_order_curves(model, X, [EVER_DAYS])[:, 0]
