"""Lifetime value in one stage: a Tweedie regression, for amounts with many zeros and a long tail."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, clone

from ml.competition.results import CandidateFailed
from ml.contributions.pipelines import contributions_of
from ml.contributions.preparation import amounts_of
from ml.contributions.scales import Contributions
from ml.contributions.shapley import Orders
from ml.estimators.base import OutOfFoldRegressor
from ml.estimators.calibration import customer_folds


class TweedieSpendModel(OutOfFoldRegressor):
    """Expected net spend by gradient boosting on a Tweedie deviance.

    The deviance of power 1 (quasi-Poisson: variance proportional to the mean) is the one of the family that
    scikit-learn's boosting has; it is consistent for the mean of any non-negative amount. Negative outcomes (returns
    beyond purchases) count as zero, and amounts above a quantile are capped at it, so that a few wholesale orders do
    not dominate the trees.

    Parameters
    ----------
    amount
        Regressor with a logarithmic link.
    cap_quantile
        Quantile of positive spend at which amounts are capped for fitting.
    fold_count, seed
        Parameters of the out-of-fold predictions.
    """

    def __init__(self, amount: BaseEstimator, cap_quantile: float = 0.99, fold_count: int = 5, seed: int = 0) -> None:
        self.amount = amount
        self.cap_quantile = cap_quantile
        self.fold_count = fold_count
        self.seed = seed

    def fit(self, X: pd.DataFrame, y: ArrayLike, groups: ArrayLike) -> TweedieSpendModel:  # noqa: N803
        """Fit; `groups` holds each row's customer, shape (n_rows,).

        Raises
        ------
        CandidateFailed
            If no customer spends anything.
        """
        y = np.maximum(np.asarray(y, dtype=float), 0)
        if not (y > 0).any():
            raise CandidateFailed("too few customers spend to learn amounts from")
        self.cap_ = float(np.quantile(y[y > 0], self.cap_quantile))
        capped = np.minimum(y, self.cap_)
        self.out_of_fold_ = np.full(len(y), np.nan)
        for fitted_on, held_out in customer_folds(groups, self.fold_count, self.seed):
            if not capped[fitted_on].any():
                raise CandidateFailed("too few customers spend to learn amounts from")
            fold_model = clone(self.amount).fit(X.iloc[fitted_on], capped[fitted_on])
            self.out_of_fold_[held_out] = fold_model.predict(X.iloc[held_out])
        self.amount_ = clone(self.amount).fit(X, capped)
        return self

    def predict(self, X: pd.DataFrame) -> NDArray:  # noqa: N803
        """Expected net spend, never negative, shape (n_rows,)."""
        return amounts_of(self.amount_, X)

    def contributions(self, features: pd.DataFrame, background: pd.DataFrame, orders: Orders) -> Contributions:
        """Those of the regression."""
        return contributions_of(self.amount_, features, background, orders)
