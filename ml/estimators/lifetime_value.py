"""The estimator of lifetime value: amounts with their intervals, expected orders, and what is at stake."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, RegressorMixin

from ml.competition.results import Estimator
from ml.contributions.pipelines import contributions_of
from ml.contributions.preparation import amounts_of
from ml.contributions.scales import Contributions
from ml.contributions.shapley import Orders
from ml.estimators.base import Served
from ml.estimators.intervals import SimilarPredictionInterval
from ml.estimators.purchase_forecast import ORDER_COLUMNS, PurchaseSpendModel
from ml.purchase_models.base import PurchaseModel

# An order is worth at least this much, the smallest sum of money, or its amount is not told.
_SMALLEST_AMOUNT = 0.01


class LifetimeValueModel(RegressorMixin, Served):
    """A combination of separately fitted parts; the amount may come from any model or rule.

    Parameters
    ----------
    amount
        Predicts the net spend in the horizon.
    interval
        Fitted to `amount`.
    purchases
        Gives the amount of an order, and the spend of customers who stay; None when no purchase model could be fitted.
    lifetimes
        Gives P(alive); None when no model that ranks the living first could be fitted.
    """

    lifetimes: PurchaseModel | None = None  # for versions registered before this part existed

    def __init__(
        self,
        amount: Estimator,
        interval: SimilarPredictionInterval,
        purchases: PurchaseSpendModel | None = None,
        lifetimes: PurchaseModel | None = None,
    ) -> None:
        self.amount = amount
        self.interval = interval
        self.purchases = purchases
        self.lifetimes = lifetimes

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def predict(self, X: pd.DataFrame) -> NDArray:  # noqa: N803
        """Expected net spend in the horizon, never below zero, shape (n_rows,)."""
        return np.maximum(amounts_of(self.amount, X), 0)

    def contributions(self, features: pd.DataFrame, background: pd.DataFrame, orders: Orders) -> Contributions:
        """Those of the model of the amount."""
        return contributions_of(self.amount, features, background, orders)

    def bounds(self, X: pd.DataFrame) -> tuple[NDArray, NDArray]:  # noqa: N803
        """Lower and upper end of each customer's interval, both of shape (n_rows,)."""
        return self.interval.bounds(self.predict(X))

    def details(self, X: pd.DataFrame) -> pd.DataFrame:  # noqa: N803
        """Predictions in the columns of `scores.customer_clv`, one row per row; missing without a purchase model.

        Expected orders are those that make up the predicted amount at the customer's own order amount, so that the
        columns agree whichever model predicts the amount. At stake is what customers spend if they stay: never less
        than what they are expected to spend, whether they stay or not.
        """
        amount = self.predict(X)
        lower, upper = self.interval.bounds(amount)
        detail = pd.DataFrame(
            {
                "predicted_amount": amount,
                "predicted_lower_amount": lower,
                "predicted_upper_amount": upper,
                "value_at_stake_amount": amount,
                "expected_order_count": np.nan,
                "alive_probability": np.nan,
                "expected_order_amount": np.nan,
            }
        )
        if self.purchases is not None:
            order_amount = self.purchases.expected_order_amount(X)
            order_amount = np.where(order_amount >= _SMALLEST_AMOUNT, order_amount, np.nan)
            detail["expected_order_count"] = amount / order_amount
            detail["expected_order_amount"] = order_amount
            detail["value_at_stake_amount"] = np.maximum(amount, self.purchases.expected_amount_if_alive(X))
        if self.lifetimes is not None:
            detail["alive_probability"] = self.lifetimes.alive_probability(X[ORDER_COLUMNS])
        return detail


class HorizonModel(BaseEstimator):
    """Part of models of earlier releases, for longer horizons; kept so that they can be loaded, and not used."""
