"""Lifetime value learned in one stage: many zeros and a long tail in a single Tweedie regression."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, RegressorMixin, clone

from ml.competition.results import CandidateFailed
from ml.contributions.pipelines import contributions_of
from ml.contributions.scales import Contributions
from ml.contributions.shapley import Orders
from ml.estimators.base import Served
from ml.estimators.calibration import customer_folds


class TweedieSpendModel(RegressorMixin, Served):
    """Expected net spend by gradient boosting on a Tweedie deviance.

    The deviance of power 1 (quasi-Poisson: variance in proportion to the mean) is what scikit-learn's
    boosting offers of the family; it is proper for the mean of any amount that is not negative, zeros
    included. Negative outcomes (returns beyond purchases) count as zero, and amounts above a quantile are
    held at it, so that a few wholesale orders do not shape the trees.

    Parameters
    ----------
    amount
        Regressor with a logarithmic link.
    cap_quantile
        Quantile of positive spend at which amounts are held while learning.
    fold_count, seed
        Of the out-of-fold predictions.
    """

    def __init__(self, amount: BaseEstimator, cap_quantile: float = 0.99, fold_count: int = 5, seed: int = 0) -> None:
        self.amount = amount
        self.cap_quantile = cap_quantile
        self.fold_count = fold_count
        self.seed = seed

    def fit(self, X: pd.DataFrame, y: ArrayLike, groups: ArrayLike) -> TweedieSpendModel:  # noqa: N803
        """Fit; `groups` holds each row's customer.

        Raises
        ------
        CandidateFailed
            If nobody spends anything.
        """
        y = np.maximum(np.asarray(y, dtype=float), 0)
        if not (y > 0).any():
            raise CandidateFailed("too few customers spend to learn amounts from")
        self.cap_ = float(np.quantile(y[y > 0], self.cap_quantile))
        held = np.minimum(y, self.cap_)
        self.out_of_fold_ = np.full(len(y), np.nan)
        for fitted_on, held_out in customer_folds(groups, self.fold_count, self.seed):
            if not held[fitted_on].any():
                raise CandidateFailed("too few customers spend to learn amounts from")
            fold_model = clone(self.amount).fit(X.iloc[fitted_on], held[fitted_on])
            self.out_of_fold_[held_out] = fold_model.predict(X.iloc[held_out])
        self.amount_ = clone(self.amount).fit(X, held)
        return self

    def predict(self, X: pd.DataFrame) -> NDArray:  # noqa: N803
        """Expected net spend, never negative."""
        return self.amount_.predict(X)

    def contributions(self, features: pd.DataFrame, background: pd.DataFrame, orders: Orders) -> Contributions:
        """Those of the regression."""
        return contributions_of(self.amount_, features, background, orders)

    def pop_out_of_fold(self) -> NDArray:
        """Return the predictions of the training rows made without their customer, and forget them."""
        predicted = self.out_of_fold_
        del self.out_of_fold_
        return predicted
