"""The estimator of lifetime value: amounts with their intervals, and expected orders."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, RegressorMixin

from ml.competition.results import Estimator
from ml.contributions.pipelines import contributions_of
from ml.contributions.scales import Contributions
from ml.contributions.shapley import Orders
from ml.estimators.base import Served
from ml.estimators.intervals import SimilarPredictionInterval
from ml.estimators.purchase_forecast import PurchaseSpendModel


class LifetimeValueModel(RegressorMixin, Served):
    """A combination of separately fitted parts; the amount may come from any model or rule.

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
        amount: Estimator,
        interval: SimilarPredictionInterval,
        purchases: PurchaseSpendModel | None = None,
    ) -> None:
        self.amount = amount
        self.interval = interval
        self.purchases = purchases

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def predict(self, X: pd.DataFrame) -> NDArray:  # noqa: N803
        """Expected net spend in the horizon, never below zero, shape (n_rows,)."""
        return np.maximum(self.amount.predict(X), 0)

    def contributions(self, features: pd.DataFrame, background: pd.DataFrame, orders: Orders) -> Contributions:
        """Those of the model of the amount."""
        return contributions_of(self.amount, features, background, orders)

    def bounds(self, X: pd.DataFrame) -> tuple[NDArray, NDArray]:  # noqa: N803
        """Lower and upper end of each customer's interval, both of shape (n_rows,)."""
        return self.interval.bounds(self.predict(X))

    def details(self, X: pd.DataFrame) -> pd.DataFrame:  # noqa: N803
        """Predictions in the columns of `scores.customer_clv`, one row per row; missing without a purchase model."""
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


class HorizonModel(BaseEstimator):
    """Part of models of earlier releases, for longer horizons; kept so that they can be loaded, and not used."""
