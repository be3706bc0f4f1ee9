"""The parts of a pipeline: its last step, the matrix that step takes, and the feature of each prepared column.

Of rows that are kept (`Background`) each model is asked once, however many others are made of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeGuard

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline

from ml.competition.results import Classifier, Estimator
from ml.contributions.background import FEW_ROWS, Background, kept

_INDICATOR = "missingindicator_"


def last_step(model: Estimator) -> BaseEstimator | Estimator:
    """The step that predicts."""
    return model.steps[-1][1] if isinstance(model, Pipeline) else model


def can_be_prepared(model: Estimator) -> TypeGuard[Pipeline]:
    """Whether each prepared column depends on one feature only, so that features can be replaced after preparation.

    Values that were imputed from other features before count as the feature's own.
    """
    return isinstance(model, Pipeline) and len(model.steps) > 1 and isinstance(model.steps[-2][1], ColumnTransformer)


def prepared(model: Estimator, features: pd.DataFrame) -> tuple[NDArray, Sequence[str]]:
    """The matrix that the last step takes, shape (n_rows, n_prepared), and the names of its columns."""
    names = model[:-1].get_feature_names_out() if can_be_prepared(model) else features.columns
    return matrix_of(model, features), list(names)


def matrix_of(model: Estimator, features: pd.DataFrame) -> NDArray:
    """The matrix that the last step takes, shape (n_rows, n_prepared)."""
    if not can_be_prepared(model):
        return features.to_numpy(dtype=float)

    def matrix() -> NDArray:
        return np.asarray(model[:-1].transform(features), dtype=float)

    return kept(features, "prepared", matrix, model) if len(features) <= FEW_ROWS else matrix()


def owners_of_prepared(model: Estimator, background: pd.DataFrame) -> NDArray:
    """`feature_of_prepared` of the columns of `matrix_of`, for rows with the columns of the background."""

    def owners() -> NDArray:
        names = model[:-1].get_feature_names_out() if can_be_prepared(model) else background.columns
        return feature_of_prepared(list(names), background.columns)

    return kept(background, "owners", owners, model)


def amounts_of(model: Estimator, features: pd.DataFrame) -> NDArray:
    """The model's predictions, shape (n_rows,)."""
    return kept(features, "predicted", lambda: _asked(model, features, "predict"), model)


def probabilities_of(model: Classifier, features: pd.DataFrame) -> NDArray:
    """The model's probabilities of no event and of the event, shape (n_rows, 2)."""
    return kept(features, "probabilities", lambda: _asked(model, features, "predict_proba"), model)


def _asked(model: Estimator, features: pd.DataFrame, method: str) -> NDArray:
    if isinstance(features, Background) and can_be_prepared(model):
        return getattr(last_step(model), method)(matrix_of(model, features))
    return getattr(model, method)(features)


def feature_of_prepared(names: Sequence[str], features: Sequence[str] | pd.Index) -> NDArray:
    """Position of the feature from which each prepared column was computed, shape (n_prepared,).

    `gender_female` comes from `gender`, `missingindicator_mean_rating` from `mean_rating`.

    Raises
    ------
    KeyError
        If a column comes from no feature.
    """
    position = {name: number for number, name in enumerate(features)}
    return np.array([position[_feature(name, position)] for name in names], dtype=int)


def _feature(name: str, features: dict[str, int]) -> str:
    own = name.removeprefix(_INDICATOR)
    if own in features:
        return own
    return max((known for known in features if own.startswith(f"{known}_")), key=len, default=own)
