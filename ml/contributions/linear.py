"""Exact SHAP values of linear models: coefficient × distance from the average of the scored customers.

The same as shap's LinearExplainer with an independent masker, without its start-up time.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.linear_model import ElasticNet, Lasso, LinearRegression, LogisticRegression, Ridge
from sklearn.svm import LinearSVC

from ml.competition.results import Estimator
from ml.contributions.preparation import feature_of_prepared, last_step, prepared
from ml.contributions.scales import RawContributions

_Linear = LogisticRegression | LinearSVC | LinearRegression | Ridge | Lasso | ElasticNet


def linear_contributions(model: Estimator, features: pd.DataFrame, background: pd.DataFrame) -> RawContributions | None:
    """SHAP values, one row per row of `features`, of a pipeline that ends in a linear model; None for other models.

    Parameters
    ----------
    background
        Rows whose average is the reference.
    """
    final = last_step(model)
    if not isinstance(final, _Linear) or len(np.atleast_2d(final.coef_)) > 1:
        return None
    matrix, names = prepared(model, features)
    average = np.sort(prepared(model, background)[0], axis=0).mean(
        axis=0
    )  # sorted, so that the order of rows does not matter
    coefficient = np.ravel(final.coef_)
    by_column = (matrix - average) * coefficient
    owner = feature_of_prepared(names, features.columns)
    values = np.zeros((len(matrix), len(features.columns)))
    for column, feature in enumerate(owner):
        values[:, feature] += by_column[:, column]
    base = float((average * coefficient).sum() + np.ravel(final.intercept_)[0])
    scale = "log_odds" if isinstance(final, LogisticRegression) else "amount"
    scale = "decision" if isinstance(final, LinearSVC) else scale
    parts = pd.DataFrame(values, columns=features.columns)
    return RawContributions(parts, base, base + by_column.sum(axis=1), scale)
