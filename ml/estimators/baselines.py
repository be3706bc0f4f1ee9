"""The baselines that a model has to beat, as estimators, so that a rule can serve when no model does."""

from __future__ import annotations

from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import RegressorMixin, clone
from sklearn.isotonic import IsotonicRegression

from ml.estimators.base import Served, ServedClassifier


class _MonotoneChurnRule(ServedClassifier):
    """Churn rate as a monotone function of one feature, fitted on the training snapshots."""

    column: str
    is_rising: bool

    def fit(self, X: pd.DataFrame, y: ArrayLike) -> Self:  # noqa: N803
        self.classes_ = np.array([0, 1])
        self.rate_ = IsotonicRegression(y_min=0, y_max=1, increasing=self.is_rising, out_of_bounds="clip")
        self.rate_.fit(X[self.column].to_numpy(), np.asarray(y, dtype=float))
        return self

    def predict_proba(self, X: pd.DataFrame) -> NDArray:  # noqa: N803
        churned = self.rate_.predict(X[self.column].to_numpy())
        return np.column_stack([1 - churned, churned])


class RecencyChurnRule(_MonotoneChurnRule):
    """Churn rises with the days since the last order."""

    column, is_rising = "days_since_last_order", True


class OrderCountChurnRule(_MonotoneChurnRule):
    """Churn falls with the orders of the last year."""

    column, is_rising = "order_count_365d", False


class HiatusChurnRule(ServedClassifier):
    """The hiatus heuristic (Wübben & von Wangenheim 2008): customers without orders for longer than a cut-off churn.

    The cut-off is the one with the best accuracy on the training snapshots; the probabilities are the churn rates of
    the two groups there.
    """

    def fit(self, X: pd.DataFrame, y: ArrayLike) -> HiatusChurnRule:  # noqa: N803
        y = np.asarray(y, dtype=float)
        days, position = np.unique(X["days_since_last_order"].to_numpy(), return_inverse=True)
        churned = np.bincount(position, y)
        stayed = np.bincount(position, 1 - y)
        # Correct predictions if customers with up to `days` are predicted to stay and the others to churn.
        right = np.cumsum(stayed) + churned.sum() - np.cumsum(churned)
        self.classes_ = np.array([0, 1])
        self.cutoff_days_ = float(days[np.argmax(right)])
        away = X["days_since_last_order"].to_numpy() > self.cutoff_days_
        average = float(y.mean())
        self.rate_within_ = float(y[~away].mean()) if (~away).any() else average
        self.rate_beyond_ = float(y[away].mean()) if away.any() else average
        return self

    def learned(self) -> dict[str, float]:
        return {"cutoff_days": self.cutoff_days_}

    def predict_proba(self, X: pd.DataFrame) -> NDArray:  # noqa: N803
        away = X["days_since_last_order"].to_numpy() > self.cutoff_days_
        churned = np.where(away, self.rate_beyond_, self.rate_within_)
        return np.column_stack([1 - churned, churned])


class StatusQuoSpend(RegressorMixin, Served):
    """Every customer keeps spending at the rate of the last year (of the tenure, if shorter).

    Parameters
    ----------
    horizon_days
        Days to predict.
    minimum_tenure_days
        Shortest time over which the rate is computed, so that new customers are not predicted to buy daily.
    """

    def __init__(self, horizon_days: int = 90, minimum_tenure_days: int = 30) -> None:
        self.horizon_days = horizon_days
        self.minimum_tenure_days = minimum_tenure_days

    def fit(self, X: pd.DataFrame, y: ArrayLike | None = None) -> StatusQuoSpend:  # noqa: N803
        self.is_fitted_ = True
        return self

    def predict(self, X: pd.DataFrame) -> NDArray:  # noqa: N803
        days = np.clip(X["tenure_days"].to_numpy(), self.minimum_tenure_days, 365)
        return np.maximum(X["net_amount_365d"].to_numpy(), 0) / days * self.horizon_days


class LastPeriodSpend(RegressorMixin, Served):
    """Every customer spends the amount of the last 90 days, scaled to the horizon."""

    def __init__(self, horizon_days: int = 90) -> None:
        self.horizon_days = horizon_days

    def fit(self, X: pd.DataFrame, y: ArrayLike | None = None) -> LastPeriodSpend:  # noqa: N803
        self.is_fitted_ = True
        return self

    def predict(self, X: pd.DataFrame) -> NDArray:  # noqa: N803
        return np.maximum(X["net_amount_90d"].to_numpy(), 0) / 90 * self.horizon_days


class HiatusSpend(RegressorMixin, Served):
    """The hiatus heuristic for spend: 0 for customers without orders for longer than a cut-off, else the status quo.

    The cut-off is that of `HiatusChurnRule`, fitted on whether customers spent anything.

    Parameters
    ----------
    horizon_days, minimum_tenure_days
        As in `StatusQuoSpend`.
    cutoff_days
        The cut-off where there are no outcomes to learn it from; None: it is learned.
    """

    def __init__(self, horizon_days: int = 90, minimum_tenure_days: int = 30, cutoff_days: float | None = None) -> None:
        self.horizon_days = horizon_days
        self.minimum_tenure_days = minimum_tenure_days
        self.cutoff_days = cutoff_days

    def fit(self, X: pd.DataFrame, y: ArrayLike) -> HiatusSpend:  # noqa: N803
        learned = self.cutoff_days
        if learned is None:
            learned = HiatusChurnRule().fit(X, np.asarray(y, dtype=float) <= 0).cutoff_days_
        self.cutoff_days_ = float(learned)
        self.rate_ = StatusQuoSpend(self.horizon_days, self.minimum_tenure_days).fit(X)
        return self

    def learned(self) -> dict[str, float]:
        return {"cutoff_days": self.cutoff_days_}

    def predict(self, X: pd.DataFrame) -> NDArray:  # noqa: N803
        return np.where(X["days_since_last_order"].to_numpy() > self.cutoff_days_, 0.0, self.rate_.predict(X))


SpendRule = StatusQuoSpend | LastPeriodSpend | HiatusSpend


class LevelledSpend(RegressorMixin, Served):
    """A spend rule times one factor, so that its total equals that of the outcomes it was fitted on.

    The ranking of customers stays the rule's. Over a year in which most customers leave, the status quo is several
    times too high.

    Parameters
    ----------
    rule
        The unfitted spend rule.
    """

    def __init__(self, rule: SpendRule) -> None:
        self.rule = rule

    def fit(self, X: pd.DataFrame, y: ArrayLike) -> LevelledSpend:  # noqa: N803
        self.rule_ = clone(self.rule).fit(X, y)
        predicted = float(self.rule_.predict(X).sum())
        self.level_factor_ = max(float(np.sum(y)), 0.0) / predicted if predicted > 0 else 1.0
        return self

    def learned(self) -> dict[str, float]:
        return {"level_factor": self.level_factor_, **self.rule_.learned()}

    def predict(self, X: pd.DataFrame) -> NDArray:  # noqa: N803
        return self.level_factor_ * self.rule_.predict(X)
