"""Exact SHAP values of trees and ensembles of trees, by shap's TreeExplainer (Lundberg et al. 2020).

The path-dependent method takes the distribution of features from the training rows in the trees' own nodes, which is
quick. The typical scored customer's contributions are then subtracted, with whose values reasons compare (the average
ones of features without a middle): the training rows have other dates, and the season shifts all of them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.ensemble import (
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from ml.competition.results import Estimator
from ml.contributions.background import kept
from ml.contributions.preparation import last_step, matrix_of, owners_of_prepared
from ml.contributions.scales import RawContributions

if TYPE_CHECKING:
    from shap import TreeExplainer

_Histogram = HistGradientBoostingClassifier | HistGradientBoostingRegressor
_Classifier = (
    HistGradientBoostingClassifier | GradientBoostingClassifier | RandomForestClassifier | DecisionTreeClassifier
)
_Trees = (
    _Classifier
    | HistGradientBoostingRegressor
    | GradientBoostingRegressor
    | RandomForestRegressor
    | DecisionTreeRegressor
)
# Steps are leaves × depth² over all trees; 4e8 take a second. Up to this many per row no other method is quicker …
_QUICK_STEPS_PER_ROW = 300_000
# … and up to this many in total exactness is worth the time. Beyond both (large forests) the general method is used.
_MOST_STEPS = 1.2e10
# Rows explained at a time, so that memory stays bounded.
_ROWS_AT_A_TIME = 100_000
_TOLERANCE = 1e-6


def tree_contributions(model: Estimator, features: pd.DataFrame, background: pd.DataFrame) -> RawContributions | None:
    """SHAP values, one row per row, of a pipeline that ends in trees; None for other models and too many trees.

    Parameters
    ----------
    background
        The rows with which they are compared; what does not depend on the features is kept with them.
    """
    final = last_step(model)
    if not isinstance(final, _Trees) or _takes_too_long(final, len(features)):
        return None
    from shap import TreeExplainer

    matrix, owner = matrix_of(model, features), owners_of_prepared(model, background)
    explainer = kept(
        background, "explainer", lambda: TreeExplainer(final, feature_perturbation="tree_path_dependent"), model
    )
    starts = range(0, len(matrix), _ROWS_AT_A_TIME)
    summed = [_shap(explainer, matrix[start : start + _ROWS_AT_A_TIME], owner, features.shape[1]) for start in starts]
    parts = pd.DataFrame(np.concatenate(summed), columns=features.columns)
    base = float(np.ravel(np.asarray(explainer.expected_value, dtype=float))[-1])
    total = base + parts.to_numpy().sum(axis=1)
    scale = _scale(final, matrix, total)
    return None if scale is None else RawContributions(parts, base, total, scale)


def against(
    found: RawContributions, typical: RawContributions, everybody: RawContributions, middle: NDArray
) -> RawContributions:
    """Contributions from another score on; the base changes so that the totals stay the same.

    Parameters
    ----------
    typical, everybody
        Of the typical customer, and of all customers with whom rows are compared.
    middle
        Mask of the features for which the typical customer counts, and not the average, shape (n_features,).
    """
    average = np.sort(everybody.values.to_numpy(), axis=0).mean(axis=0)  # sorted: the order of rows does not matter
    other = np.where(middle, typical.values.to_numpy()[0], average)
    return replace(found, values=found.values - other, base=found.base + float(other.sum()))


def _takes_too_long(final: _Trees, row_count: int) -> bool:
    steps = _steps_per_row(final)
    return steps > _QUICK_STEPS_PER_ROW and steps * row_count > _MOST_STEPS


def _shap(explainer: TreeExplainer, matrix: NDArray, owner: NDArray, count: int) -> NDArray:
    """SHAP values by feature: the sum over its prepared columns."""
    values = np.asarray(explainer.shap_values(matrix, check_additivity=False), dtype=float)
    if values.ndim == 3:  # noqa: PLR2004 - rows × features × classes
        values = values[:, :, -1]
    summed = np.zeros((len(values), count))
    for column, feature in enumerate(owner):
        summed[:, feature] += values[:, column]
    return summed


def _scale(final: _Trees, matrix: NDArray, total: NDArray) -> str | None:
    """The scale on which contributions add up to predictions, found on some rows; None if there is none."""
    some, totals = slice(0, 200), total[:200]
    if isinstance(final, _Classifier):
        predicted = np.asarray(final.predict_proba(matrix[some]))[:, 1]
        by_scale = {"log_odds": 1 / (1 + np.exp(-totals)), "probability": totals}
    else:
        predicted = final.predict(matrix[some])
        with np.errstate(over="ignore"):
            by_scale = {"amount": totals, "log_amount": np.exp(totals)}
    for name, value in by_scale.items():
        if np.allclose(value, predicted, rtol=_TOLERANCE, atol=_TOLERANCE):
            return name
    return None


def _steps_per_row(final: _Trees) -> float:
    """Leaves × depth² over the trees."""
    if isinstance(final, _Histogram):
        # pyrefly: ignore[missing-attribute] (private in scikit-learn; there is no public access to the trees)
        trees = [tree for stage in final._predictors for tree in stage]
        return float(sum(tree.get_n_leaf_nodes() * tree.get_max_depth() ** 2 for tree in trees))
    is_one = isinstance(final, DecisionTreeClassifier | DecisionTreeRegressor)
    trees = [final] if is_one else np.asarray(final.estimators_, dtype=object).ravel()
    return float(sum(tree.get_n_leaves() * tree.get_depth() ** 2 for tree in trees))
