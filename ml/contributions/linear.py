"""Exact SHAP values of linear models: coefficient × distance from the typical scored customer.

Where a feature has no middle, from the average. The same as shap's LinearExplainer with an independent masker around
that point, without its start-up time.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.linear_model import ElasticNet, Lasso, LinearRegression, LogisticRegression, Ridge
from sklearn.svm import LinearSVC

from ml.competition.results import Estimator
from ml.contributions.background import kept
from ml.contributions.preparation import last_step, matrix_of, owners_of_prepared
from ml.contributions.scales import RawContributions
from ml.contributions.typical import has_middle, typical_row

_Linear = LogisticRegression | LinearSVC | LinearRegression | Ridge | Lasso | ElasticNet


def linear_contributions(model: Estimator, features: pd.DataFrame, background: pd.DataFrame) -> RawContributions | None:
    """SHAP values, one row per row of `features`, of a pipeline that ends in a linear model; None for other models.

    Parameters
    ----------
    background
        The rows with which they are compared.
    """
    final = last_step(model)
    if not isinstance(final, _Linear) or len(np.atleast_2d(final.coef_)) > 1:
        return None
    matrix, owner = matrix_of(model, features), owners_of_prepared(model, background)
    reference = kept(background, "linear", lambda: _reference(model, background, owner), model)
    coefficient = np.ravel(final.coef_)
    by_column = (matrix - reference) * coefficient
    values = np.zeros((len(matrix), len(features.columns)))
    for column, feature in enumerate(owner):
        values[:, feature] += by_column[:, column]
    base = float((reference * coefficient).sum() + np.ravel(final.intercept_)[0])
    scale = "log_odds" if isinstance(final, LogisticRegression) else "amount"
    scale = "decision" if isinstance(final, LinearSVC) else scale
    parts = pd.DataFrame(values, columns=features.columns)
    return RawContributions(parts, base, base + by_column.sum(axis=1), scale)


def _reference(model: Estimator, background: pd.DataFrame, owner: NDArray) -> NDArray:
    """What the prepared columns are compared with, shape (n_prepared,)."""
    # Sorted, so that the order of rows does not matter.
    average = np.sort(matrix_of(model, background), axis=0).mean(axis=0)
    return np.where(has_middle(background)[owner], matrix_of(model, typical_row(background))[0], average)
