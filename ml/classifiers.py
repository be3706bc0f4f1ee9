"""The classifiers that compete for churn: one maker per family, all with the same preparation."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping

from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier

from ml.boosting import boosted_classifier
from ml.configuration import (
    BoostingParameters,
    DecisionTreeParameters,
    Frozen,
    LinearSvmParameters,
    LogisticRegressionParameters,
    NeuralNetworkParameters,
    RandomForestParameters,
)
from ml.preprocessing import linear_preprocessor, tree_preprocessor


class FixedEpochNetwork(MLPClassifier):
    """A multilayer perceptron trained for a set number of epochs, and content with that."""

    def fit(self, X: ArrayLike, y: ArrayLike) -> FixedEpochNetwork:  # noqa: N803
        with warnings.catch_warnings():
            # The epochs are few on purpose, in the place of early stopping.
            warnings.simplefilter("ignore", ConvergenceWarning)
            return super().fit(X, y)


Maker = Callable[[tuple[str, ...], Frozen, int], Pipeline]


def make_classifier(family: str, columns: tuple[str, ...], parameters: Frozen, seed: int) -> Pipeline:
    """Preparation and unfitted classifier of a family, all random steps seeded.

    Raises
    ------
    KeyError
        If there is no such family.
    """
    return _MAKERS[family](columns, parameters, seed)


def _scaled(columns: tuple[str, ...], model: BaseEstimator) -> Pipeline:
    return Pipeline([("prepare", linear_preprocessor(columns)), ("classify", model)])


def _logistic_regression(columns: tuple[str, ...], parameters: LogisticRegressionParameters, seed: int) -> Pipeline:
    del seed  # the solver takes no random step
    model = LogisticRegression(C=parameters.inverse_penalty, max_iter=parameters.maximum_iteration_count)
    return _scaled(columns, model)


def _linear_svm(columns: tuple[str, ...], parameters: LinearSvmParameters, seed: int) -> Pipeline:
    """Solved in the primal: there are far more rows than features. Its scores become probabilities by Platt."""
    model = LinearSVC(
        C=parameters.inverse_penalty, dual=False, max_iter=parameters.maximum_iteration_count, random_state=seed
    )
    return _scaled(columns, model)


def _neural_network(columns: tuple[str, ...], parameters: NeuralNetworkParameters, seed: int) -> Pipeline:
    """No early stopping: its random rows would share customers with the rest; the epochs are few instead."""
    model = FixedEpochNetwork(
        hidden_layer_sizes=(parameters.hidden_unit_count,),
        alpha=parameters.penalty,
        learning_rate_init=parameters.learning_rate,
        max_iter=parameters.epoch_count,
        batch_size=parameters.batch_row_count,
        n_iter_no_change=parameters.epoch_count,
        random_state=seed,
    )
    return _scaled(columns, model)


def _decision_tree(columns: tuple[str, ...], parameters: DecisionTreeParameters, seed: int) -> Pipeline:
    model = DecisionTreeClassifier(
        max_depth=parameters.depth, min_samples_leaf=parameters.minimum_leaf_rows, random_state=seed
    )
    return Pipeline([("prepare", tree_preprocessor(columns)), ("classify", model)])


def _random_forest(columns: tuple[str, ...], parameters: RandomForestParameters, seed: int) -> Pipeline:
    model = RandomForestClassifier(
        n_estimators=parameters.tree_count,
        max_depth=parameters.depth,
        min_samples_leaf=parameters.minimum_leaf_rows,
        max_features=parameters.feature_share,
        max_samples=parameters.row_share,
        random_state=seed,
    )
    return Pipeline([("prepare", tree_preprocessor(columns)), ("classify", model)])


def _gradient_boosting(columns: tuple[str, ...], parameters: BoostingParameters, seed: int) -> Pipeline:
    return boosted_classifier(columns, parameters, seed)


# In the order in which they compete.
_MAKERS: Mapping[str, Maker] = {
    "logistic_regression": _logistic_regression,
    "decision_tree": _decision_tree,
    "random_forest": _random_forest,
    "linear_svm": _linear_svm,
    "neural_network": _neural_network,
    "gradient_boosting": _gradient_boosting,
}
FAMILIES = tuple(_MAKERS)
