"""Probabilities that mean what they say: a calibration map learned on customers the model did not see."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from ml.preprocessing import EVEN_ODDS

_SMALLEST_PROBABILITY = 1e-6


class CalibratedByCustomer(ClassifierMixin, BaseEstimator):
    """A classifier with a calibration map from out-of-fold predictions, folds grouped by customer.

    The same customer stands in many snapshots, so random folds would calibrate on people the model has
    met. After the map is learned the classifier is fitted once more on all rows.

    Parameters
    ----------
    classifier
        A scikit-learn classifier with `predict_proba`.
    method
        "sigmoid" (Platt scaling of the log-odds) or "isotonic".
    fold_count
        Folds over customers; fewer are used when there are fewer customers.
    """

    def __init__(self, classifier: BaseEstimator, method: str = "sigmoid", fold_count: int = 5, seed: int = 0) -> None:
        self.classifier = classifier
        self.method = method
        self.fold_count = fold_count
        self.seed = seed

    def fit(self, X: pd.DataFrame, y: ArrayLike, groups: ArrayLike) -> CalibratedByCustomer:  # noqa: N803
        """Fit on all rows; `groups` holds each row's customer."""
        y = np.asarray(y, dtype=int)
        self.classes_ = np.array([0, 1])
        self.out_of_fold_ = out_of_fold_probability(
            self.classifier, X, y, groups, fold_count=self.fold_count, seed=self.seed
        )
        self.map_ = _fitted_map(self.method, self.out_of_fold_, y)
        self.classifier_ = clone(self.classifier).fit(X, y)
        return self

    def predict_proba(self, X: pd.DataFrame) -> NDArray:  # noqa: N803
        """Calibrated probabilities, shape (n, 2)."""
        positive = self.calibrated(self.classifier_.predict_proba(X)[:, 1])
        return np.column_stack([1 - positive, positive])

    def predict(self, X: pd.DataFrame) -> NDArray:  # noqa: N803
        """The likelier class."""
        return (self.predict_proba(X)[:, 1] >= EVEN_ODDS).astype(int)

    def calibrated(self, probability: NDArray) -> NDArray:
        """Put raw probabilities through the map."""
        if self.method == "isotonic":
            return self.map_.predict(probability)
        return self.map_.predict_proba(_log_odds(probability))[:, 1]

    def pop_out_of_fold(self) -> NDArray:
        """Return the calibrated out-of-fold probabilities of the training rows and forget them."""
        probability = self.calibrated(self.out_of_fold_)
        del self.out_of_fold_
        return probability


def out_of_fold_probability(
    classifier: BaseEstimator,
    X: pd.DataFrame,  # noqa: N803
    y: NDArray,
    groups: ArrayLike,
    *,
    fold_count: int,
    seed: int,
) -> NDArray:
    """P(class 1) of every row from a model that has not seen the row's customer."""
    probability = np.full(len(y), np.nan)
    for fitted_on, held_out in customer_folds(groups, fold_count, seed):
        if len(np.unique(y[fitted_on])) == 1:
            probability[held_out] = y[fitted_on][0]
            continue
        fold_model = clone(classifier).fit(X.iloc[fitted_on], y[fitted_on])
        probability[held_out] = fold_model.predict_proba(X.iloc[held_out])[:, 1]
    return probability


def customer_folds(groups: ArrayLike, fold_count: int, seed: int) -> list[tuple[NDArray, NDArray]]:
    """Row positions to fit on and to hold out, all rows of a customer on one side.

    Depends on which customers there are, not on the order of the rows. (scikit-learn's GroupKFold takes
    minutes for text ids on a hundred thousand rows.)
    """
    customer, names = pd.factorize(np.asarray(groups, dtype=object), sort=True)
    count = min(fold_count, len(names))
    fold = (np.random.default_rng(seed).permutation(len(names)) % count)[customer]
    return [(np.flatnonzero(fold != number), np.flatnonzero(fold == number)) for number in range(count)]


def _fitted_map(method: str, probability: NDArray, y: NDArray) -> BaseEstimator:
    if method == "isotonic":
        return IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(probability, y)
    return LogisticRegression(C=1e6).fit(_log_odds(probability), y)


def _log_odds(probability: NDArray) -> NDArray:
    clipped = np.clip(probability, _SMALLEST_PROBABILITY, 1 - _SMALLEST_PROBABILITY)
    return np.log(clipped / (1 - clipped)).reshape(-1, 1)
