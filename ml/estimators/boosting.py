"""Histogram gradient boosting of the configured size, for probabilities and for amounts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.pipeline import Pipeline

from ml.data.preprocessing import treated, tree_preprocessor
from ml.estimators.parameters import BoostingParameters


class DirectedBoostingClassifier(HistGradientBoostingClassifier):
    """Boosting whose probability only rises, or only falls, with some features.

    `monotonic_cst` holds the directions of the first columns alone (1, −1, or 0 for either); the columns after them,
    whose number is known when the categories are, have none.
    """

    def fit(
        self,
        X: NDArray | pd.DataFrame,  # noqa: N803
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
    ) -> DirectedBoostingClassifier:
        first = list(self.monotonic_cst)
        self.monotonic_cst = first + [0] * (X.shape[1] - len(first))
        try:
            return super().fit(X, y, sample_weight)
        finally:
            self.monotonic_cst = first


def boosting_classifier(
    parameters: BoostingParameters, seed: int, directions: Sequence[int] = ()
) -> DirectedBoostingClassifier:
    """The classifier without preprocessing; no early stopping, whose random validation rows share customers.

    Parameters
    ----------
    directions
        Of the first columns: 1 where the probability may only rise with them, −1 where it may only fall, 0 for either.
    """
    return DirectedBoostingClassifier(monotonic_cst=list(directions), **_options(parameters, seed))


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
