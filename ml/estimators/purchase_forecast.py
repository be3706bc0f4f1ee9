"""The probabilistic purchase models as candidates of churn and lifetime value."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import RegressorMixin

from ml.competition.results import CandidateFailed
from ml.contributions.background import kept
from ml.contributions.histories import (
    HISTORY_FEATURES,
    PURCHASE_COLUMNS,
    SPEND_FEATURES,
    all_orders_contributions,
    history_contributions,
)
from ml.contributions.scales import Contributions, served_score
from ml.contributions.shapley import Orders
from ml.estimators.base import Served, ServedClassifier
from ml.purchase_models.base import PurchaseModel
from ml.purchase_models.fallback import FallbackOutcome, Fitted, fit_spend_with_fallback, fit_with_fallback
from ml.purchase_models.inputs import AMOUNT_COLUMN, COUNT_COLUMN, LAST_ORDER_COLUMN, TENURE_COLUMN

ORDER_COLUMNS = [COUNT_COLUMN, LAST_ORDER_COLUMN, TENURE_COLUMN]


class PurchaseChurnModel(ServedClassifier):
    """P(no purchase in the horizon) of BG/NBD, or of the next healthy purchase model.

    It is fitted on purchase histories and uses no labels. The score is not 1 − P(alive), because BG/NBD gives every
    one-time customer P(alive) = 1.
    """

    def __init__(self, horizon_days: int = 90) -> None:
        self.horizon_days = horizon_days

    def fit(self, X: pd.DataFrame, y: object = None) -> PurchaseChurnModel:  # noqa: N803
        """Fit on one row per customer at one date.

        Raises
        ------
        CandidateFailed
            If there are too few histories, or they are all equal.
        """
        self.classes_ = np.array([0, 1])
        outcome = _outcome(fit_with_fallback, X[ORDER_COLUMNS], horizon_days=self.horizon_days)
        self.orders_ = outcome.model
        self.method_name_ = outcome.method_name
        self.record_ = _record(outcome, "orders")
        return self

    def predict_proba(self, X: pd.DataFrame) -> NDArray:  # noqa: N803
        active = self.orders_.active_probability(X[ORDER_COLUMNS], self.horizon_days)
        return np.column_stack([active, 1 - active])

    def contributions(self, features: pd.DataFrame, background: pd.DataFrame, orders: Orders) -> Contributions:
        """Shapley values of repeat orders, days since the last order and tenure."""
        score = partial(served_score, self)
        return history_contributions(score, features, background, orders, HISTORY_FEATURES, reads=PURCHASE_COLUMNS)


class PurchaseSpendModel(RegressorMixin, Served):
    """Expected orders in the horizon × expected net amount per order (BG/NBD × Gamma-Gamma).

    Parameters
    ----------
    horizon_days
        Days to predict.
    counts_first_order
        Whether the amount of the first order day counts like those of repeat orders. Gamma-Gamma is defined for repeat
        orders, but in a young shop most customers have none and would get equal predictions.
    """

    counts_first_order = False  # for versions registered before this parameter existed

    def __init__(self, horizon_days: int = 90, *, counts_first_order: bool = False) -> None:
        self.horizon_days = horizon_days
        self.counts_first_order = counts_first_order

    def fit(self, X: pd.DataFrame, y: ArrayLike | None = None) -> PurchaseSpendModel:  # noqa: N803
        """Fit on one row per customer at one date; spend in the horizon is not used.

        Raises
        ------
        CandidateFailed
            If there are too few histories, or they are all equal.
        """
        orders = _outcome(fit_with_fallback, X[ORDER_COLUMNS], horizon_days=self.horizon_days)
        amounts = _outcome(fit_spend_with_fallback, self._amounts(X))
        self.orders_, self.amounts_ = orders.model, amounts.model
        all_orders = "_all_orders" if self.counts_first_order else ""
        self.method_name_ = f"{orders.method_name}_{amounts.method_name}{all_orders}"
        self.record_ = _record(orders, "orders") | _record(amounts, "amounts")
        return self

    def with_orders(self, orders: PurchaseModel) -> PurchaseSpendModel:
        """The same amounts with the orders of another fitted model."""
        other = PurchaseSpendModel(self.horizon_days, counts_first_order=self.counts_first_order)
        other.orders_, other.amounts_ = orders, self.amounts_
        other.method_name_ = self.method_name_.replace(self.orders_.method_name, orders.method_name, 1)
        amounts = {name: value for name, value in self.record_.items() if name.startswith("amounts_")}
        other.record_ = _record(FallbackOutcome(orders), "orders") | amounts
        return other

    def predict(self, X: pd.DataFrame) -> NDArray:  # noqa: N803
        return self.expected_order_count(X) * self.expected_order_amount(X)

    def contributions(self, features: pd.DataFrame, background: pd.DataFrame, orders: Orders) -> Contributions:
        """Shapley values of the history and of the mean order amount."""
        score = partial(served_score, self)
        if self.counts_first_order:
            return all_orders_contributions(score, features, background, orders)
        return history_contributions(score, features, background, orders, SPEND_FEATURES, reads=PURCHASE_COLUMNS)

    def expected_order_count(self, X: pd.DataFrame) -> NDArray:  # noqa: N803
        """Expected orders in the horizon, shape (n_rows,)."""
        return self.orders_.expected_orders(X[ORDER_COLUMNS], self.horizon_days)

    def expected_order_amount(self, X: pd.DataFrame) -> NDArray:  # noqa: N803
        """Expected net amount per order, shape (n_rows,)."""
        return kept(X, "order amount", lambda: self.amounts_.expected_order_amount(self._amounts(X)), self)

    def expected_amount_if_alive(self, X: pd.DataFrame) -> NDArray:  # noqa: N803
        """Expected net amount in the horizon of a customer who has not dropped out, shape (n_rows,)."""
        count = self.orders_.expected_orders_if_alive(X[ORDER_COLUMNS], self.horizon_days)
        return count * self.expected_order_amount(X)

    def _amounts(self, X: pd.DataFrame) -> pd.DataFrame:  # noqa: N803
        return _all_amounts(X) if self.counts_first_order else _repeat_amounts(X)


def _all_amounts(X: pd.DataFrame) -> pd.DataFrame:  # noqa: N803
    """Mean amounts of all order days including the first."""
    count = X[COUNT_COLUMN] + 1
    return pd.DataFrame({COUNT_COLUMN: count, AMOUNT_COLUMN: (X["net_amount"] / count).clip(lower=0)})


def _repeat_amounts(X: pd.DataFrame) -> pd.DataFrame:  # noqa: N803
    """Mean repeat amounts, at least 0: returns may make a mean negative, which the spend models do not take."""
    repeats = X[COUNT_COLUMN] > 0
    amount = X[AMOUNT_COLUMN].clip(lower=0)
    return pd.DataFrame({COUNT_COLUMN: X[COUNT_COLUMN], AMOUNT_COLUMN: amount.where(~repeats, amount.fillna(0))})


def _outcome(
    fit: Callable[..., FallbackOutcome[Fitted]], rows: pd.DataFrame, **options: object
) -> FallbackOutcome[Fitted]:
    try:
        return fit(rows, **options)
    except ValueError as reason:  # too little data, or inconsistent histories
        raise CandidateFailed(str(reason)) from reason


def _record(outcome: FallbackOutcome, part: str) -> dict[str, object]:
    """Values to record of a fit: its parameters, and the refused methods with the reasons."""
    record: dict[str, object] = {f"{part}_method": outcome.method_name}
    record |= {f"{part}_{name}": value for name, value in outcome.model.parameters_.items()}
    for method, reasons in outcome.refused.items():
        record[f"{part}_refused_{method}"] = "; ".join(reasons)
    if outcome.cautions:
        record[f"{part}_cautions"] = "; ".join(outcome.cautions)
    return record
