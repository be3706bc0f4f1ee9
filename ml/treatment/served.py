"""The treatment inside an estimator, and the values it changes, for `scores.feature_treatments`."""

from __future__ import annotations

import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.pipeline import Pipeline

from ml.treatment.transformer import CHANGE_COLUMNS, FeatureTreatment


def treatment_in(estimator: object) -> FeatureTreatment | None:
    """The treatment with which an estimator begins: by its own method, else the one among its attributes.

    None for rules, purchase models and versions without one.
    """
    own_method = getattr(estimator, "treatment", None)
    return treatment_held_by(estimator) if own_method is None else own_method()


def treatment_held_by(holder: object) -> FeatureTreatment | None:
    """The first treatment in the steps of a pipeline or the attributes of another estimator; None without one."""
    parts = [step for _, step in holder.steps] if isinstance(holder, Pipeline) else vars(holder).values()
    found = (treatment_in(part) for part in parts if isinstance(part, BaseEstimator))
    return next((treatment for treatment in found if treatment is not None), None)


def changes_under(estimator: object, features: pd.DataFrame, score_column: str) -> pd.DataFrame:
    """The values of the features that the estimator's treatment changes, with the score column they influence.

    Returns
    -------
    DataFrame
        One row per changed value, as `FeatureTreatment.changes`, with `score_column`; empty without a treatment.
    """
    treatment = treatment_in(estimator)
    if treatment is None:
        return joined([])
    return treatment.changes(features[list(treatment.feature_names_in_)]).assign(score_column=score_column)


def joined(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Changes of several treatments in one frame, one row per changed value."""
    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=[*CHANGE_COLUMNS, "score_column"])
