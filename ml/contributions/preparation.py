"""The parts of a pipeline: its last step, the matrix that step takes, and the feature of each prepared column."""

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
    """Whether each prepared column depends on one feature only, so that features can be replaced after preparation.

    Values that were imputed from other features before count as the feature's own.
    """
    return isinstance(model, Pipeline) and len(model.steps) > 1 and isinstance(model.steps[-2][1], ColumnTransformer)


def prepared(model: Estimator, features: pd.DataFrame) -> tuple[NDArray, Sequence[str]]:
    """The matrix that the last step takes, shape (n_rows, n_prepared), and the names of its columns."""
    if not can_be_prepared(model):
        return features.to_numpy(dtype=float), list(features.columns)
    steps = model[:-1]
    return np.asarray(steps.transform(features), dtype=float), list(steps.get_feature_names_out())


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
