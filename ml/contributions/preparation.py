"""Look inside a pipeline: its last step, what that step sees, and which feature each prepared column is of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeGuard

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline

from ml.competition.results import Estimator

_INDICATOR = "missingindicator_"


def last_step(model: Estimator) -> BaseEstimator | Estimator:
    """The step that predicts."""
    return model.steps[-1][1] if isinstance(model, Pipeline) else model


def can_be_prepared(model: Estimator) -> TypeGuard[Pipeline]:
    """Whether the model prepares each feature by itself, so that a feature may be changed after preparation.

    What was imputed from other features before that is the feature's own value from there on.
    """
    return isinstance(model, Pipeline) and len(model.steps) > 1 and isinstance(model.steps[-2][1], ColumnTransformer)


def prepared(model: Estimator, features: pd.DataFrame) -> tuple[NDArray, Sequence[str]]:
    """What the last step sees, and the names of its columns."""
    if not can_be_prepared(model):
        return features.to_numpy(dtype=float), list(features.columns)
    steps = model[:-1]
    return np.asarray(steps.transform(features), dtype=float), list(steps.get_feature_names_out())


def feature_of_prepared(names: Sequence[str], features: Sequence[str] | pd.Index) -> NDArray:
    """Position, for each prepared column, of the feature it was made from.

    `gender_female` is of `gender`, `missingindicator_mean_rating` of `mean_rating`.

    Raises
    ------
    KeyError
        If a column is of no feature.
    """
    position = {name: number for number, name in enumerate(features)}
    return np.array([position[_feature(name, position)] for name in names], dtype=int)


def _feature(name: str, features: dict[str, int]) -> str:
    own = name.removeprefix(_INDICATOR)
    if own in features:
        return own
    return max((known for known in features if own.startswith(f"{known}_")), key=len, default=own)
