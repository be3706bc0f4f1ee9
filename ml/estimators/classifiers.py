"""The classifiers that compete for churn, with and without contract: one maker per family, the same preparation."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier

from ml.configuration import Frozen
from ml.data.preprocessing import linear_preprocessor, treated, tree_preprocessor
from ml.estimators.boosting import boosting_classifier
from ml.estimators.parameters import (
    BoostingParameters,
    DecisionTreeParameters,
    LinearParameters,
    NeuralNetworkParameters,
    RandomForestParameters,
)


class FixedEpochNetwork(MLPClassifier):
    """A multilayer perceptron trained for a set number of epochs, and content with that."""

    def fit(self, X: ArrayLike, y: ArrayLike) -> FixedEpochNetwork:  # noqa: N803
        with warnings.catch_warnings():
            # The epochs are few on purpose, in the place of early stopping.
            warnings.simplefilter("ignore", ConvergenceWarning)
            return super().fit(X, y)


def make_classifier(
    family: str,
    columns: tuple[str, ...],
    parameters: Frozen,
    seed: int,
    *,
    categories: Collection[str] | None = None,
    treatment: BaseEstimator | None = None,
) -> Pipeline:
    """Preparation and unfitted classifier of a family, all random steps seeded.

    Parameters
    ----------
    categories
        The columns that hold texts; by default those of customers.
    treatment
        What is done about missing values and outliers before all else; None: nothing.

    Raises
    ------
    KeyError
        If there is no such family.
    """
    model = FAMILIES[family].make(parameters, seed)
    prepare = linear_preprocessor if FAMILIES[family].is_scaled else tree_preprocessor
    return treated(treatment, [("prepare", prepare(columns, categories)), ("classify", model)])


def _logistic_regression(parameters: LinearParameters, seed: int) -> LogisticRegression:
    del seed  # the solver takes no random step
    return LogisticRegression(C=parameters.inverse_penalty, max_iter=parameters.maximum_iteration_count)


def _linear_svm(parameters: LinearParameters, seed: int) -> LinearSVC:
    """Solved in the primal: there are far more rows than features. Its scores become probabilities by Platt."""
    return LinearSVC(
        C=parameters.inverse_penalty, dual=False, max_iter=parameters.maximum_iteration_count, random_state=seed
    )


def _neural_network(parameters: NeuralNetworkParameters, seed: int) -> FixedEpochNetwork:
    """No early stopping: its random rows would share customers with the rest; the epochs are few instead."""
    return FixedEpochNetwork(
        hidden_layer_sizes=(parameters.hidden_unit_count,),
        alpha=parameters.penalty,
        learning_rate_init=parameters.learning_rate,
        max_iter=parameters.epoch_count,
        batch_size=parameters.batch_row_count,
        n_iter_no_change=parameters.epoch_count,
        random_state=seed,
    )


def _decision_tree(parameters: DecisionTreeParameters, seed: int) -> DecisionTreeClassifier:
    return DecisionTreeClassifier(
        max_depth=parameters.depth, min_samples_leaf=parameters.minimum_leaf_rows, random_state=seed
    )


def _random_forest(parameters: RandomForestParameters, seed: int) -> RandomForestClassifier:
    return RandomForestClassifier(
        n_estimators=parameters.tree_count,
        max_depth=parameters.depth,
        min_samples_leaf=parameters.minimum_leaf_rows,
        max_features=parameters.feature_share,
        max_samples=parameters.row_share,
        random_state=seed,
    )


@dataclass(frozen=True)
class Family:
    """A kind of classifier.

    Attributes
    ----------
    parameters
        What its section among a job's `families` may say.
    make
        (parameters, seed) → the unfitted classifier.
    is_scaled
        It measures distances: its features must be on one scale.
    """

    parameters: type[Frozen]
    make: Callable[[Any, int], BaseEstimator]
    is_scaled: bool = False


# Which of them compete, and in which order, is said in a job's settings.
FAMILIES: Mapping[str, Family] = {
    "logistic_regression": Family(LinearParameters, _logistic_regression, is_scaled=True),
    "decision_tree": Family(DecisionTreeParameters, _decision_tree),
    "random_forest": Family(RandomForestParameters, _random_forest),
    "linear_svm": Family(LinearParameters, _linear_svm, is_scaled=True),
    "neural_network": Family(NeuralNetworkParameters, _neural_network, is_scaled=True),
    "gradient_boosting": Family(BoostingParameters, boosting_classifier),
}


def read_families(written: Mapping[str, Any]) -> dict[str, Frozen]:
    """The parameters of each family that a job's settings name.

    Raises
    ------
    ValueError
        If there is no such family, or it takes no such parameter.
    """
    if unknown := set(written) - set(FAMILIES):
        raise ValueError(f"there is no family {', '.join(sorted(unknown))}; there are {', '.join(FAMILIES)}")
    return {name: FAMILIES[name].parameters.model_validate(values) for name, values in written.items()}
