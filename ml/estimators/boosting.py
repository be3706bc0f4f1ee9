"""Histogram gradient boosting of the configured size, for probabilities and for amounts."""

from __future__ import annotations

from typing import Any, Literal

from sklearn.base import BaseEstimator
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.pipeline import Pipeline

from ml.data.preprocessing import treated, tree_preprocessor
from ml.estimators.parameters import BoostingParameters


def boosting_classifier(parameters: BoostingParameters, seed: int) -> HistGradientBoostingClassifier:
    """The classifier without preprocessing; no early stopping, whose random validation rows share customers."""
    return HistGradientBoostingClassifier(**_options(parameters, seed))


def boosted_regressor(
    columns: tuple[str, ...],
    parameters: BoostingParameters,
    seed: int,
    *,
    treatment: BaseEstimator | None = None,
    loss: Literal["squared_error", "poisson"] = "squared_error",
) -> Pipeline:
    """Preprocessing and regressor, unfitted; "poisson" is the Tweedie deviance of power 1, with a logarithmic link."""
    model = HistGradientBoostingRegressor(loss=loss, **_options(parameters, seed))
    return treated(treatment, [("prepare", tree_preprocessor(columns)), ("regress", model)])


def _options(parameters: BoostingParameters, seed: int) -> dict[str, Any]:
    return {
        "learning_rate": parameters.learning_rate,
        "max_iter": parameters.tree_count,
        "max_leaf_nodes": parameters.leaf_count,
        "min_samples_leaf": parameters.minimum_leaf_rows,
        "l2_regularization": parameters.l2_penalty,
        "early_stopping": False,
        "random_state": seed,
    }
