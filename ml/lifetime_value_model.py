"""The estimator that lifetime value serves: an amount with its interval, and the orders behind it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, RegressorMixin

from ml.intervals import SimilarPredictionInterval
from ml.purchase_forecast import ORDER_COLUMNS, PurchaseSpendModel


class LifetimeValueModel(RegressorMixin, BaseEstimator):
    """Parts fitted elsewhere, put together; the amount may come from any model or rule.

    Parameters
    ----------
    amount
        Predicts the net spend in the horizon.
    interval
        Fitted to `amount`.
    purchases
        Gives expected orders, their amount and P(alive); None when no purchase model could be fitted.
        Its orders × amount need not equal the prediction of another amount model.
    """

    def __init__(
        self,
        amount: BaseEstimator,
        interval: SimilarPredictionInterval,
        purchases: PurchaseSpendModel | None = None,
    ) -> None:
        self.amount = amount
        self.interval = interval
        self.purchases = purchases

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def predict(self, X: pd.DataFrame) -> NDArray:  # noqa: N803
        """Expected net spend in the horizon, never below zero."""
        return np.maximum(self.amount.predict(X), 0)

    def bounds(self, X: pd.DataFrame) -> tuple[NDArray, NDArray]:  # noqa: N803
        """Lower and upper end of each customer's interval."""
        return self.interval.bounds(self.predict(X))

    def details(self, X: pd.DataFrame) -> pd.DataFrame:  # noqa: N803
        """All of it, in the columns of `scores.customer_clv`."""
        amount = self.predict(X)
        lower, upper = self.interval.bounds(amount)
        detail = pd.DataFrame(
            {
                "predicted_amount": amount,
                "predicted_lower_amount": lower,
                "predicted_upper_amount": upper,
                "expected_order_count": np.nan,
                "alive_probability": np.nan,
                "expected_order_amount": np.nan,
            }
        )
        if self.purchases is not None:
            detail["expected_order_count"] = self.purchases.expected_order_count(X)
            detail["alive_probability"] = self.purchases.alive_probability(X)
            detail["expected_order_amount"] = self.purchases.expected_order_amount(X)
        return detail

    def amount_within(self, X: pd.DataFrame, horizon_days: int) -> NDArray:  # noqa: N803
        """Expected net spend in another horizon: the amount, stretched as the purchase model's orders stretch.

        The level is the amount model's, the shape over time the purchase model's, in which customers who may
        have left already add ever less. Empty where no purchase model could be fitted.
        """
        amount = self.predict(X)
        if self.purchases is None:
            return np.full(len(X), np.nan)
        own = self.purchases.expected_order_count(X)
        further = self.purchases.orders_.expected_orders(X[ORDER_COLUMNS], horizon_days)
        in_proportion = horizon_days / self.purchases.horizon_days
        return amount * np.divide(further, own, out=np.full(len(X), in_proportion), where=own > 0)
