"""Calibrated probabilities: the calibration map is fitted on customers that the model was not fitted on."""

from __future__ import annotations

from copy import copy

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, clone
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from ml.contributions.pipelines import classifier_contributions
from ml.contributions.scales import Contributions, log_odds, raw_score
from ml.contributions.shapley import Orders
from ml.estimators.base import ServedClassifier

_Map = IsotonicRegression | LogisticRegression


class CalibratedByCustomer(ServedClassifier):
    """A classifier with a calibration map from out-of-fold predictions, folds grouped by customer.

    The same customer is in many snapshots, so random folds would calibrate on customers that the model was fitted
    on. After the map the classifier is fitted once more on all rows.

    Parameters
    ----------
    classifier
        A scikit-learn classifier with `predict_proba` or, as support vector machines, `decision_function`.
    method
        "sigmoid" (Platt scaling of the log-odds or of the decision function) or "isotonic".
    fold_count
        Folds over customers; fewer are used when there are fewer customers.
    """

    def __init__(self, classifier: BaseEstimator, method: str = "sigmoid", fold_count: int = 5, seed: int = 0) -> None:
        self.classifier = classifier
        self.method = method
        self.fold_count = fold_count
        self.seed = seed

    def fit(self, X: pd.DataFrame, y: ArrayLike, groups: ArrayLike) -> CalibratedByCustomer:  # noqa: N803
        """Fit on all rows; `groups` holds each row's customer, shape (n_rows,)."""
        y = np.asarray(y, dtype=int)
        self.classes_ = np.array([0, 1])
        self.out_of_fold_ = out_of_fold_score(self.classifier, X, y, groups, fold_count=self.fold_count, seed=self.seed)
        self.map_ = fitted_map(self.method, self.out_of_fold_, y)
        self.classifier_ = clone(self.classifier).fit(X, y)
        return self

    def recalibrated(self, y: ArrayLike, rows: NDArray) -> CalibratedByCustomer:
        """A copy whose map is fitted on some of the training rows only (those of one season, for example).

        Parameters
        ----------
        y
            Outcomes of all training rows, in their order at `fit`, shape (n_rows,).
        rows
            Boolean mask of the rows to use, shape (n_rows,).
        """
        other = copy(self)
        other.map_ = fitted_map(self.method, self.out_of_fold_[rows], np.asarray(y, dtype=int)[rows])
        return other

    def predict_proba(self, X: pd.DataFrame) -> NDArray:  # noqa: N803
        """Calibrated probabilities, shape (n_rows, 2)."""
        positive = self.calibrated(raw_score(self.classifier_, X))
        return np.column_stack([1 - positive, positive])

    def contributions(self, features: pd.DataFrame, background: pd.DataFrame, orders: Orders) -> Contributions:
        """Those of the classifier, on the scale of its calibrated log-odds."""
        return classifier_contributions(self.classifier_, features, background, orders, self.calibrated)

    def calibrated(self, score: NDArray) -> NDArray:
        """Probabilities for raw scores, shape (n_rows,)."""
        return mapped(self.map_, score)

    def pop_out_of_fold(self) -> NDArray:
        """Return the calibrated out-of-fold probabilities of the training rows, shape (n_rows,), and delete them."""
        probability = self.calibrated(self.out_of_fold_)
        del self.out_of_fold_
        return probability


def out_of_fold_score(
    classifier: BaseEstimator,
    X: pd.DataFrame,  # noqa: N803
    y: NDArray,
    groups: ArrayLike,
    *,
    fold_count: int,
    seed: int,
) -> NDArray:
    """Raw score of every row by a model fitted without the row's customer, shape (n_rows,)."""
    score = np.full(len(y), np.nan)
    for fitted_on, held_out in customer_folds(groups, fold_count, seed):
        if len(np.unique(y[fitted_on])) == 1:
            score[held_out] = log_odds(np.float64(y[fitted_on][0]))
            continue
        fold_model = clone(classifier).fit(X.iloc[fitted_on], y[fitted_on])
        score[held_out] = raw_score(fold_model, X.iloc[held_out])
    return score


def fitted_map(method: str, score: NDArray, y: NDArray) -> _Map:
    """Fit a map from raw scores, shape (n_rows,), to probabilities; isotonic if `y` has one class only."""
    if method == "isotonic" or len(np.unique(y)) == 1:
        return IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(score, y)
    return LogisticRegression(C=1e6).fit(score.reshape(-1, 1), y)


def mapped(fitted: _Map, score: NDArray) -> NDArray:
    """Apply a map of `fitted_map` to raw scores, shape (n_rows,)."""
    if isinstance(fitted, IsotonicRegression):
        return fitted.predict(score)
    return fitted.predict_proba(score.reshape(-1, 1))[:, 1]


def customer_folds(groups: ArrayLike, fold_count: int, seed: int) -> list[tuple[NDArray, NDArray]]:
    """For each fold, positions of the rows to fit on and to hold out; all rows of a customer are on one side.

    The folds depend on the set of customers, not on the order of rows. (scikit-learn's GroupKFold takes minutes for
    text ids on a hundred thousand rows.)
    """
    customer, names = pd.factorize(np.asarray(groups, dtype=object), sort=True)
    count = min(fold_count, len(names))
    fold = (np.random.default_rng(seed).permutation(len(names)) % count)[customer]
    return [(np.flatnonzero(fold != number), np.flatnonzero(fold == number)) for number in range(count)]
