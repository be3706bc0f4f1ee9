"""Blends of two fitted estimators: their errors differ, and the mean errs less than either (Bates & Granger 1969)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import RegressorMixin

from ml.competition.results import Classifier, Estimator
from ml.contributions.pipelines import contributions_of
from ml.contributions.preparation import amounts_of, probabilities_of
from ml.contributions.scales import Contributions, log_odds, mean_of_amounts, probability_of
from ml.contributions.shapley import Orders
from ml.estimators.base import Served, ServedClassifier


class BlendedClassifier(ServedClassifier):
    """The mean of two classifiers' log-odds.

    Parameters
    ----------
    first, second
        Fitted classifiers.
    """

    def __init__(self, first: Classifier, second: Classifier) -> None:
        self.first = first
        self.second = second
        self.classes_ = np.array([0, 1])

    def predict_proba(self, X: pd.DataFrame) -> NDArray:  # noqa: N803
        blended = probability_of(np.mean([log_odds(probabilities_of(part, X)[:, 1]) for part in self._parts], axis=0))
        return np.column_stack([1 - blended, blended])

    def contributions(self, features: pd.DataFrame, background: pd.DataFrame, orders: Orders) -> Contributions:
        """The mean of those of the parts, which are on the scale of log-odds."""
        first, second = (contributions_of(part, features, background, orders) for part in self._parts)
        return Contributions(
            (first.values + second.values) / 2,
            (first.base + second.base) / 2,
            (first.score + second.score) / 2,
            "blend",
        )

    @property
    def _parts(self) -> tuple[Classifier, Classifier]:
        return self.first, self.second


class BlendedAmount(RegressorMixin, Served):
    """The mean of two models' amounts.

    Parameters
    ----------
    first, second
        Fitted models of the same amount.
    """

    def __init__(self, first: Estimator, second: Estimator) -> None:
        self.first = first
        self.second = second

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def predict(self, X: pd.DataFrame) -> NDArray:  # noqa: N803
        """Amounts, shape (n_rows,)."""
        return (amounts_of(self.first, X) + amounts_of(self.second, X)) / 2

    def contributions(self, features: pd.DataFrame, background: pd.DataFrame, orders: Orders) -> Contributions:
        """The mean of those of the parts, counted in money."""
        parts = [contributions_of(part, features, background, orders) for part in (self.first, self.second)]
        return mean_of_amounts(parts, "blend")
