"""The families of classifiers for churn, with and without contract: one function each, the same preprocessing."""

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
from ml.data.features import directions_of
from ml.data.preprocessing import linear_preprocessor, number_columns, treated, tree_preprocessor
from ml.estimators.boosting import boosting_classifier
from ml.estimators.parameters import (
    BoostingParameters,
    DecisionTreeParameters,
    LinearParameters,
    NeuralNetworkParameters,
    RandomForestParameters,
)
from warehouse.base.meanings import Meaning


class FixedEpochNetwork(MLPClassifier):
    """A multilayer perceptron trained for a fixed number of epochs, without a warning about convergence."""

    def fit(self, X: ArrayLike, y: ArrayLike) -> FixedEpochNetwork:  # noqa: N803
        with warnings.catch_warnings():
            # The number of epochs is small on purpose, instead of early stopping.
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
    likelier_means: Meaning | None = "leaving",
) -> Pipeline:
    """Preprocessing and classifier of a family, unfitted, with all random steps seeded.

    Parameters
    ----------
    categories
        The text columns; by default those of customers.
    treatment
        The treatment of missing values and outliers as the first step; None: without one.
    likelier_means
        What a higher probability says: a directed family follows what customers' features are declared to mean. None:
        no feature has a direction.

    Raises
    ------
    KeyError
        If there is no such family.
    """
    kind = FAMILIES[family]
    if kind.is_directed and likelier_means is not None:
        model = kind.make(parameters, seed, directions_of(number_columns(columns, categories), likelier_means))
    else:
        model = kind.make(parameters, seed)
    prepare = linear_preprocessor if kind.is_scaled else tree_preprocessor
    return treated(treatment, [("prepare", prepare(columns, categories)), ("classify", model)])


def _logistic_regression(parameters: LinearParameters, seed: int) -> LogisticRegression:
    del seed  # the solver takes no random step
    return LogisticRegression(C=parameters.inverse_penalty, max_iter=parameters.maximum_iteration_count)


def _linear_svm(parameters: LinearParameters, seed: int) -> LinearSVC:
    """Solved in the primal, for there are far more rows than features; Platt scaling gives probabilities."""
    return LinearSVC(
        C=parameters.inverse_penalty, dual=False, max_iter=parameters.maximum_iteration_count, random_state=seed
    )


def _neural_network(parameters: NeuralNetworkParameters, seed: int) -> FixedEpochNetwork:
    """No early stopping, whose random validation rows would share customers; instead the number of epochs is small."""
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
    """A family of classifiers.

    Attributes
    ----------
    parameters
        The type of its section among a job's `families`.
    make
        (parameters, seed) → the unfitted classifier; of a directed family (parameters, seed, directions).
    is_scaled
        Whether it needs features on one scale.
    is_directed
        Whether it takes the directions of the numbers, which are the first columns that it gets.
    """

    parameters: type[Frozen]
    make: Callable[..., BaseEstimator]
    is_scaled: bool = False
    is_directed: bool = False


# A job's settings name those that compete, in their order.
FAMILIES: Mapping[str, Family] = {
    "logistic_regression": Family(LinearParameters, _logistic_regression, is_scaled=True),
    "decision_tree": Family(DecisionTreeParameters, _decision_tree),
    "random_forest": Family(RandomForestParameters, _random_forest),
    "linear_svm": Family(LinearParameters, _linear_svm, is_scaled=True),
    "neural_network": Family(NeuralNetworkParameters, _neural_network, is_scaled=True),
    "gradient_boosting": Family(BoostingParameters, boosting_classifier, is_directed=True),
}


def read_families(written: Mapping[str, Any]) -> dict[str, Frozen]:
    """The parameters of each family that a job's settings name.

    Raises
    ------
    ValueError
        If a family or a parameter does not exist.
    """
    if unknown := set(written) - set(FAMILIES):
        raise ValueError(f"there is no family {', '.join(sorted(unknown))}; there are {', '.join(FAMILIES)}")
    return {name: FAMILIES[name].parameters.model_validate(values) for name, values in written.items()}
