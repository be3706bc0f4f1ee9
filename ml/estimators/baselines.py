"""The rules a model has to beat, as estimators, so that a rule can serve when no model does."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import ClassifierMixin, RegressorMixin, clone
from sklearn.isotonic import IsotonicRegression

from ml.data.preprocessing import EVEN_ODDS
from ml.estimators.base import Served


class RecencyChurnRule(ClassifierMixin, Served):
    """Churn rate by days since the last order, rising, as it was in the training snapshots."""

    def fit(self, X: pd.DataFrame, y: ArrayLike) -> RecencyChurnRule:  # noqa: N803
        self.classes_ = np.array([0, 1])
        self.rate_ = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip")
        self.rate_.fit(X["days_since_last_order"].to_numpy(), np.asarray(y, dtype=float))
        return self

    def predict_proba(self, X: pd.DataFrame) -> NDArray:  # noqa: N803
        churned = self.rate_.predict(X["days_since_last_order"].to_numpy())
        return np.column_stack([1 - churned, churned])

    def predict(self, X: pd.DataFrame) -> NDArray:  # noqa: N803
        return (self.predict_proba(X)[:, 1] >= EVEN_ODDS).astype(int)


class HiatusChurnRule(ClassifierMixin, Served):
    """The manager's rule (Wübben & von Wangenheim 2008): gone who has been away longer than a cut-off.

    The cut-off is the one that was most often right in the training snapshots; the two groups' churn rates
    there are the probabilities.
    """

    def fit(self, X: pd.DataFrame, y: ArrayLike) -> HiatusChurnRule:  # noqa: N803
        y = np.asarray(y, dtype=float)
        days, position = np.unique(X["days_since_last_order"].to_numpy(), return_inverse=True)
        churned = np.bincount(position, y)
        stayed = np.bincount(position, 1 - y)
        # Rows called right when everyone with up to `days` is said to stay and everyone above to go.
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

    def predict(self, X: pd.DataFrame) -> NDArray:  # noqa: N803
        return (self.predict_proba(X)[:, 1] >= EVEN_ODDS).astype(int)


class StatusQuoSpend(RegressorMixin, Served):
    """Everyone goes on spending at the rate of the last year (of their tenure, if shorter).

    Parameters
    ----------
    horizon_days
        Days to predict.
    minimum_tenure_days
        A customer of yesterday is not taken to buy every day.
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
    """Everyone spends what they spent in the last 90 days, scaled to the horizon."""

    def __init__(self, horizon_days: int = 90) -> None:
        self.horizon_days = horizon_days

    def fit(self, X: pd.DataFrame, y: ArrayLike | None = None) -> LastPeriodSpend:  # noqa: N803
        self.is_fitted_ = True
        return self

    def predict(self, X: pd.DataFrame) -> NDArray:  # noqa: N803
        return np.maximum(X["net_amount_90d"].to_numpy(), 0) / 90 * self.horizon_days


class HiatusSpend(RegressorMixin, Served):
    """The manager's rule for spend: nothing from who has been away longer than a cut-off, else as before.

    The cut-off is the one of `HiatusChurnRule`, learned on who spent anything at all.

    Parameters
    ----------
    horizon_days, minimum_tenure_days
        Of the status-quo rate of those within the cut-off.
    cutoff_days
        A cut-off that is given, as managers give one, where there are no outcomes to learn it from.
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
    """A rule for spend times one factor, so that its total is that of the outcomes it was fitted to.

    The order of customers stays the rule's. Going on as before is several times too much over a year in which most
    customers leave; a rule that serves should not promise that.

    Parameters
    ----------
    rule
        Predicts spend; fitted here.
    """

    def __init__(self, rule: SpendRule) -> None:
        self.rule = rule

    def fit(self, X: pd.DataFrame, y: ArrayLike) -> LevelledSpend:  # noqa: N803
        self.rule_ = clone(self.rule).fit(X, y)
        said = float(self.rule_.predict(X).sum())
        self.level_factor_ = max(float(np.sum(y)), 0.0) / said if said > 0 else 1.0
        return self

    def learned(self) -> dict[str, float]:
        return {"level_factor": self.level_factor_, **self.rule_.learned()}

    def predict(self, X: pd.DataFrame) -> NDArray:  # noqa: N803
        return self.level_factor_ * self.rule_.predict(X)
