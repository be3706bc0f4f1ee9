"""The treatment inside a served estimator, and the values it changed, for `scores.feature_treatments`."""

from __future__ import annotations

import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline

from ml.treatment.transformer import CHANGE_COLUMNS, FeatureTreatment

# Where the estimators of ours hold another: a classifier behind its calibration map, an amount model in its bundle.
_HOLDERS = ("estimator", "treatment_", "classifier_", "classifier", "probability_", "amount_", "amount")


def treatment_in(estimator: object) -> FeatureTreatment | None:
    """The treatment that an estimator begins with; None for rules, purchase models and versions that have none.

    The stages of a two-stage model share one.
    """
    if isinstance(estimator, FeatureTreatment):
        return estimator
    if isinstance(estimator, Pipeline):
        return treatment_in(estimator.steps[0][1])
    if not isinstance(estimator, BaseEstimator | FrozenEstimator):
        return None
    held = vars(estimator)
    found = (treatment_in(held[name]) for name in _HOLDERS if name in held)
    return next((treatment for treatment in found if treatment is not None), None)


def changes_under(estimator: object, features: pd.DataFrame, score_column: str) -> pd.DataFrame:
    """What the estimator's treatment changed of these features, with the score that the values went into.

    Returns
    -------
    DataFrame
        As `FeatureTreatment.changes`, with `score_column`; no rows where there is no treatment.
    """
    treatment = treatment_in(estimator)
    if treatment is None:
        return joined([])
    return treatment.changes(features[list(treatment.feature_names_in_)]).assign(score_column=score_column)


def joined(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Changes of several treatments in one table."""
    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=[*CHANGE_COLUMNS, "score_column"])
