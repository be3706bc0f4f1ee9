"""What customers are worth: expected orders times expected amount, discounted."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd

from ml.purchase_models.base import PurchaseModel
from ml.purchase_models.gamma_gamma import GammaGamma
from ml.purchase_models.inputs import checked_duration

DAYS_PER_YEAR = 365.0


def discounted_lifetime_value(
    model: PurchaseModel,
    spend_model: GammaGamma,
    X: pd.DataFrame,
    horizon_days: float,
    *,
    annual_discount_rate: float = 0.10,
    margin_share: float = 1.0,
    period_days: float = 30.0,
) -> np.ndarray:
    """Return each customer's discounted value of the orders expected within `horizon_days`.

    The horizon is cut into periods of at most `period_days`; the orders expected in a period are
    discounted from its middle. With a rate of 0 this is expected orders times expected amount.

    Parameters
    ----------
    margin_share : float
        Share of an order's amount that is margin; 1 gives revenue.
    """
    horizon = float(checked_duration("horizon_days", horizon_days))
    period = float(checked_duration("period_days", period_days, allow_zero=False))
    if not annual_discount_rate > -1:
        raise ValueError("annual_discount_rate must be above -1, for example 0.1 for ten per cent")
    if not 0 <= margin_share <= 1:
        raise ValueError("margin_share must lie between 0 and 1")
    history = model._history(X)
    edges = np.linspace(0.0, horizon, max(1, int(np.ceil(horizon / period))) + 1)
    alive = model._alive_probability(history)
    discounted_orders = np.zeros(len(history.tenure))
    before = np.zeros(len(history.tenure))
    for begin, end in pairwise(edges):
        until = alive * model._expected_orders_if_alive(history, model._horizon(end))
        discounted_orders += (until - before) * (1 + annual_discount_rate) ** (-(begin + end) / 2 / DAYS_PER_YEAR)
        before = until
    return margin_share * discounted_orders[history.row_group] * spend_model.expected_order_amount(X)
