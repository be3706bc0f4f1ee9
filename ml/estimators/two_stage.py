"""Lifetime value in two stages: whether a customer spends at all, and how much."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, clone

from ml.competition.results import CandidateFailed
from ml.contributions.pipelines import adds_up, probability_parts, product_parts, raw_parts
from ml.contributions.preparation import amounts_of, probabilities_of
from ml.contributions.scales import Contributions, served_score
from ml.contributions.shapley import Orders
from ml.estimators.base import OutOfFoldRegressor
from ml.estimators.calibration import CalibratedByCustomer, customer_folds

# Residuals of the log stage are smeared (Duan 1983) up to this quantile: otherwise one wholesale order in a hundred
# thousand would raise all predictions.
_SMEARING_QUANTILE = 0.995


class TwoStageSpendModel(OutOfFoldRegressor):
    """P(net spend > 0) × expected net spend of those who spend.

    Parameters
    ----------
    probability, amount
        Unfitted classifier and regressor; the regressor predicts the logarithm of positive spend.
    fold_count, method, seed
        Parameters of the calibration and of the out-of-fold predictions.
    """

    def __init__(
        self,
        probability: BaseEstimator,
        amount: BaseEstimator,
        fold_count: int = 5,
        method: str = "sigmoid",
        seed: int = 0,
    ) -> None:
        self.probability = probability
        self.amount = amount
        self.fold_count = fold_count
        self.method = method
        self.seed = seed

    def fit(self, X: pd.DataFrame, y: ArrayLike, groups: ArrayLike) -> TwoStageSpendModel:  # noqa: N803
        """Fit both stages; `groups` holds each row's customer, shape (n_rows,).

        Raises
        ------
        CandidateFailed
            If too few customers spend to fit amounts.
        """
        y = np.asarray(y, dtype=float)
        buys = y > 0
        self.probability_ = CalibratedByCustomer(self.probability, self.method, self.fold_count, self.seed)
        self.probability_.fit(X, buys, groups)
        probability = self.probability_.pop_out_of_fold()
        log_amount = self._out_of_fold_log_amount(X, y, groups)
        residual = np.log(y[buys]) - log_amount[buys]
        self.smearing_ = float(np.exp(np.minimum(residual, np.quantile(residual, _SMEARING_QUANTILE))).mean())
        self.out_of_fold_ = probability * np.exp(log_amount) * self.smearing_
        self.amount_ = clone(self.amount).fit(X[buys], np.log(y[buys]))
        return self

    def predict(self, X: pd.DataFrame) -> NDArray:  # noqa: N803
        """Expected net spend, shape (n_rows,)."""
        return probabilities_of(self.probability_, X)[:, 1] * self.amount_if_buying(X)

    def amount_if_buying(self, X: pd.DataFrame) -> NDArray:  # noqa: N803
        """Expected net spend given that a customer spends, shape (n_rows,)."""
        return np.exp(amounts_of(self.amount_, X)) * self.smearing_

    def contributions(self, features: pd.DataFrame, background: pd.DataFrame, orders: Orders) -> Contributions:
        """The sum of those of both stages, on the scale of logarithms."""
        classifier, calibrated = self.probability_.classifier_, self.probability_.calibrated
        buying = probability_parts(classifier, features, background, calibrated)
        amount = raw_parts(self.amount_, features, background)
        if buying is not None and amount is not None and amount.scale == "amount":
            exact = product_parts(buying, amount, self.smearing_)
            if adds_up(exact, served_score(self, features)):
                return exact
        return super().contributions(features, background, orders)

    def _out_of_fold_log_amount(self, X: pd.DataFrame, y: NDArray, groups: ArrayLike) -> NDArray:  # noqa: N803
        log_amount = np.full(len(y), np.nan)
        for fitted_on, held_out in customer_folds(groups, self.fold_count, self.seed):
            buyers = fitted_on[y[fitted_on] > 0]
            if not len(buyers):
                raise CandidateFailed("too few customers spend to learn amounts from")
            fold_model = clone(self.amount).fit(X.iloc[buyers], np.log(y[buyers]))
            log_amount[held_out] = fold_model.predict(X.iloc[held_out])
        return log_amount
