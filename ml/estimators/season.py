"""Estimators at the level that the season lets one expect: what ranks customers stays the estimator inside."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import RegressorMixin

from ml.competition.results import Classifier, Estimator
from ml.contributions.pipelines import contributions_of
from ml.contributions.preparation import amounts_of, probabilities_of
from ml.contributions.scales import Contributions, log_amount, log_odds, probability_of, rescaled
from ml.contributions.shapley import Orders
from ml.estimators.base import Served, ServedClassifier


class ShiftedClassifier(ServedClassifier):
    """A fitted classifier whose log-odds are shifted.

    Parameters
    ----------
    log_odds_shift
        Added to the log-odds of every probability.
    """

    def __init__(self, classifier: Classifier, log_odds_shift: float) -> None:
        self.classifier = classifier
        self.log_odds_shift = log_odds_shift
        self.classes_ = np.array([0, 1])

    def predict_proba(self, X: pd.DataFrame) -> NDArray:  # noqa: N803
        shifted = probability_of(log_odds(probabilities_of(self.classifier, X)[:, 1]) + self.log_odds_shift)
        return np.column_stack([1 - shifted, shifted])

    def contributions(self, features: pd.DataFrame, background: pd.DataFrame, orders: Orders) -> Contributions:
        """Those of the classifier; the season is part of the base."""
        found = contributions_of(self.classifier, features, background, orders)
        return replace(found, base=found.base + self.log_odds_shift, score=found.score + self.log_odds_shift)

    def learned(self) -> dict[str, float]:
        return {"season_log_odds_shift": self.log_odds_shift}


class ScaledAmount(RegressorMixin, Served):
    """A fitted model of amounts, times a factor.

    Parameters
    ----------
    factor
        Above 0.
    """

    def __init__(self, amount: Estimator, factor: float) -> None:
        self.amount = amount
        self.factor = factor

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def predict(self, X: pd.DataFrame) -> NDArray:  # noqa: N803
        """Amounts, shape (n_rows,)."""
        return self.factor * amounts_of(self.amount, X)

    def contributions(self, features: pd.DataFrame, background: pd.DataFrame, orders: Orders) -> Contributions:
        """Those of the model, on the scale of the scaled amounts."""
        found = contributions_of(self.amount, features, background, orders)
        score, base = (log_amount(self.factor * np.expm1(each)) for each in (found.score, found.base))
        values = rescaled(found.values.to_numpy(), found.score - found.base, score - base)
        return replace(found, values=pd.DataFrame(values, columns=found.values.columns), base=float(base), score=score)

    def learned(self) -> dict[str, float]:
        return {"season_factor": self.factor}


def in_season(classifier: Classifier, log_odds_shift: float) -> Classifier:
    """The classifier with its log-odds shifted by as much; itself without a shift (0)."""
    return ShiftedClassifier(classifier, log_odds_shift) if log_odds_shift else classifier
