"""The probabilistic purchase models as candidates of churn and lifetime value."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import ClassifierMixin, RegressorMixin

from ml.competition.results import CandidateFailed
from ml.contributions.histories import HISTORY_FEATURES, SPEND_FEATURES, history_contributions
from ml.contributions.scales import Contributions, served_score
from ml.contributions.shapley import Orders
from ml.data.preprocessing import EVEN_ODDS
from ml.estimators.base import Served
from ml.purchase_models.fallback import FallbackOutcome, fit_spend_with_fallback, fit_with_fallback
from ml.purchase_models.inputs import AMOUNT_COLUMN, COUNT_COLUMN, LAST_ORDER_COLUMN, TENURE_COLUMN

ORDER_COLUMNS = [COUNT_COLUMN, LAST_ORDER_COLUMN, TENURE_COLUMN]


class PurchaseChurnModel(ClassifierMixin, Served):
    """P(no purchase in the horizon) of BG/NBD, or of the next healthy purchase model.

    It learns from purchase histories alone and never sees a label. The score is not 1 − P(alive), which
    takes every one-time buyer for alive.
    """

    def __init__(self, horizon_days: int = 90) -> None:
        self.horizon_days = horizon_days

    def fit(self, X: pd.DataFrame, y: object = None) -> PurchaseChurnModel:  # noqa: N803
        """Fit on one row per customer, all of one date.

        Raises
        ------
        CandidateFailed
            If there are too few histories, or all alike.
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

    def predict(self, X: pd.DataFrame) -> NDArray:  # noqa: N803
        return (self.predict_proba(X)[:, 1] >= EVEN_ODDS).astype(int)

    def contributions(self, features: pd.DataFrame, background: pd.DataFrame, orders: Orders) -> Contributions:
        """Over the history: repeat orders, days since the last order and tenure."""
        return history_contributions(partial(served_score, self), features, background, orders, HISTORY_FEATURES)


class PurchaseSpendModel(RegressorMixin, Served):
    """Expected orders in the horizon × expected net amount per order (BG/NBD × Gamma-Gamma).

    Parameters
    ----------
    horizon_days
        Days to predict.
    counts_first_order
        Whether the first order day tells of a customer's amounts as the later ones do. Gamma-Gamma is made for repeat
        orders; but in a young shop most customers have none, and without their first one they are all alike.
    """

    counts_first_order = False  # of versions registered before there was a choice

    def __init__(self, horizon_days: int = 90, *, counts_first_order: bool = False) -> None:
        self.horizon_days = horizon_days
        self.counts_first_order = counts_first_order

    def fit(self, X: pd.DataFrame, y: ArrayLike | None = None) -> PurchaseSpendModel:  # noqa: N803
        """Fit on one row per customer, all of one date; spend in the horizon is not looked at.

        Raises
        ------
        CandidateFailed
            If there are too few histories, or all alike.
        """
        orders = _outcome(fit_with_fallback, X[ORDER_COLUMNS], horizon_days=self.horizon_days)
        amounts = _outcome(fit_spend_with_fallback, self._amounts(X))
        self.orders_, self.amounts_ = orders.model, amounts.model
        all_orders = "_all_orders" if self.counts_first_order else ""
        self.method_name_ = f"{orders.method_name}_{amounts.method_name}{all_orders}"
        self.record_ = _record(orders, "orders") | _record(amounts, "amounts")
        return self

    def predict(self, X: pd.DataFrame) -> NDArray:  # noqa: N803
        return self.expected_order_count(X) * self.expected_order_amount(X)

    def contributions(self, features: pd.DataFrame, background: pd.DataFrame, orders: Orders) -> Contributions:
        """Over the history and the amount of orders."""
        return history_contributions(partial(served_score, self), features, background, orders, SPEND_FEATURES)

    def expected_order_count(self, X: pd.DataFrame) -> NDArray:  # noqa: N803
        return self.orders_.expected_orders(X[ORDER_COLUMNS], self.horizon_days)

    def expected_order_amount(self, X: pd.DataFrame) -> NDArray:  # noqa: N803
        return self.amounts_.expected_order_amount(self._amounts(X))

    def alive_probability(self, X: pd.DataFrame) -> NDArray:  # noqa: N803
        return self.orders_.alive_probability(X[ORDER_COLUMNS])

    def _amounts(self, X: pd.DataFrame) -> pd.DataFrame:  # noqa: N803
        return _all_amounts(X) if self.counts_first_order else _repeat_amounts(X)


def _all_amounts(X: pd.DataFrame) -> pd.DataFrame:  # noqa: N803
    """Mean amounts of all order days, the first among them."""
    count = X[COUNT_COLUMN] + 1
    return pd.DataFrame({COUNT_COLUMN: count, AMOUNT_COLUMN: (X["net_amount"] / count).clip(lower=0)})


def _repeat_amounts(X: pd.DataFrame) -> pd.DataFrame:  # noqa: N803
    """Mean repeat amounts as the spend models take them: returns may have turned a mean negative."""
    repeats = X[COUNT_COLUMN] > 0
    amount = X[AMOUNT_COLUMN].clip(lower=0)
    return pd.DataFrame({COUNT_COLUMN: X[COUNT_COLUMN], AMOUNT_COLUMN: amount.where(~repeats, amount.fillna(0))})


def _outcome(fit: Callable[..., FallbackOutcome], rows: pd.DataFrame, **options: object) -> FallbackOutcome:
    try:
        return fit(rows, **options)
    except ValueError as reason:  # too little data, or histories that contradict themselves
        raise CandidateFailed(str(reason)) from reason


def _record(outcome: FallbackOutcome, part: str) -> dict[str, object]:
    """What to log of a fit: its parameters, and the methods refused before it with their reasons."""
    record: dict[str, object] = {f"{part}_method": outcome.method_name}
    record |= {f"{part}_{name}": value for name, value in getattr(outcome.model, "parameters_", {}).items()}
    for method, reasons in outcome.refused.items():
        record[f"{part}_refused_{method}"] = "; ".join(reasons)
    if outcome.cautions:
        record[f"{part}_cautions"] = "; ".join(outcome.cautions)
    return record
