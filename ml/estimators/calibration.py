"""Probabilities that mean what they say: a calibration map learned on customers the model did not see."""

from __future__ import annotations

from copy import copy

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from ml.contributions.pipelines import classifier_contributions
from ml.contributions.scales import Contributions, log_odds, raw_score
from ml.contributions.shapley import Orders
from ml.data.preprocessing import EVEN_ODDS
from ml.estimators.base import Served

_Map = IsotonicRegression | LogisticRegression


class CalibratedByCustomer(ClassifierMixin, Served):
    """A classifier with a calibration map from out-of-fold predictions, folds grouped by customer.

    The same customer stands in many snapshots, so random folds would calibrate on people the model has
    met. After the map is learned the classifier is fitted once more on all rows.

    Parameters
    ----------
    classifier
        A scikit-learn classifier with `predict_proba` or, as support vector machines, `decision_function`.
    method
        "sigmoid" (Platt scaling of the log-odds or of the decision function) or "isotonic".
    fold_count
        Folds over customers; fewer are used when there are fewer customers.
    """

    serving_map_: _Map

    def __init__(self, classifier: BaseEstimator, method: str = "sigmoid", fold_count: int = 5, seed: int = 0) -> None:
        self.classifier = classifier
        self.method = method
        self.fold_count = fold_count
        self.seed = seed

    def fit(self, X: pd.DataFrame, y: ArrayLike, groups: ArrayLike) -> CalibratedByCustomer:  # noqa: N803
        """Fit on all rows; `groups` holds each row's customer."""
        y = np.asarray(y, dtype=int)
        self.classes_ = np.array([0, 1])
        self.out_of_fold_ = out_of_fold_score(self.classifier, X, y, groups, fold_count=self.fold_count, seed=self.seed)
        self.map_ = fitted_map(self.method, self.out_of_fold_, y)
        self.classifier_ = clone(self.classifier).fit(X, y)
        return self

    def recalibrated(self, y: ArrayLike, rows: NDArray) -> CalibratedByCustomer:
        """A copy whose map is learned from some of the training rows only (their season, for example).

        Parameters
        ----------
        y
            Outcomes of all training rows, in their order at `fit`.
        rows
            True for the rows that count.
        """
        other = copy(self)
        other.map_ = fitted_map(self.method, self.out_of_fold_[rows], np.asarray(y, dtype=int)[rows])
        return other

    def for_serving(self) -> CalibratedByCustomer:
        """A copy that uses `serving_map_`, the map for the date of the scores, which a job may have set."""
        other = copy(self)
        other.map_ = other.serving_map_
        del other.serving_map_
        return other

    def predict_proba(self, X: pd.DataFrame) -> NDArray:  # noqa: N803
        """Calibrated probabilities, shape (n, 2)."""
        positive = self.calibrated(raw_score(self.classifier_, X))
        return np.column_stack([1 - positive, positive])

    def predict(self, X: pd.DataFrame) -> NDArray:  # noqa: N803
        """The likelier class."""
        return (self.predict_proba(X)[:, 1] >= EVEN_ODDS).astype(int)

    def contributions(self, features: pd.DataFrame, background: pd.DataFrame, orders: Orders) -> Contributions:
        """Those of the classifier, put through the map."""
        return classifier_contributions(self.classifier_, features, background, orders, self.calibrated)

    def calibrated(self, score: NDArray) -> NDArray:
        """Probabilities for raw scores."""
        return mapped(self.map_, score)

    def pop_out_of_fold(self) -> NDArray:
        """Return the calibrated out-of-fold probabilities of the training rows and forget them."""
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
    """Raw score of every row from a model that has not seen the row's customer."""
    score = np.full(len(y), np.nan)
    for fitted_on, held_out in customer_folds(groups, fold_count, seed):
        if len(np.unique(y[fitted_on])) == 1:
            score[held_out] = log_odds(np.float64(y[fitted_on][0]))
            continue
        fold_model = clone(classifier).fit(X.iloc[fitted_on], y[fitted_on])
        score[held_out] = raw_score(fold_model, X.iloc[held_out])
    return score


def fitted_map(method: str, score: NDArray, y: NDArray) -> _Map:
    """Learn the way from raw scores to probabilities; with one class only, isotonic, which can do that."""
    if method == "isotonic" or len(np.unique(y)) == 1:
        return IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(score, y)
    return LogisticRegression(C=1e6).fit(score.reshape(-1, 1), y)


def mapped(fitted: _Map, score: NDArray) -> NDArray:
    """Put raw scores through a map made by `fitted_map`."""
    if isinstance(fitted, IsotonicRegression):
        return fitted.predict(score)
    return fitted.predict_proba(score.reshape(-1, 1))[:, 1]


def customer_folds(groups: ArrayLike, fold_count: int, seed: int) -> list[tuple[NDArray, NDArray]]:
    """Row positions to fit on and to hold out, all rows of a customer on one side.

    Depends on which customers there are, not on the order of the rows. (scikit-learn's GroupKFold takes
    minutes for text ids on a hundred thousand rows.)
    """
    customer, names = pd.factorize(np.asarray(groups, dtype=object), sort=True)
    count = min(fold_count, len(names))
    fold = (np.random.default_rng(seed).permutation(len(names)) % count)[customer]
    return [(np.flatnonzero(fold != number), np.flatnonzero(fold == number)) for number in range(count)]
