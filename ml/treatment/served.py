"""The treatment inside a served estimator, and the values it changed, for `scores.feature_treatments`."""

from __future__ import annotations

import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.pipeline import Pipeline

from ml.treatment.transformer import CHANGE_COLUMNS, FeatureTreatment


def treatment_in(estimator: object) -> FeatureTreatment | None:
    """The treatment that an estimator says it begins with; of scikit-learn's, which cannot say, the one they hold.

    None for rules, purchase models and versions that have none.
    """
    say = getattr(estimator, "treatment", None)
    return treatment_held_by(estimator) if say is None else say()


def treatment_held_by(holder: object) -> FeatureTreatment | None:
    """The first treatment among the fitted estimators that another is made of, whatever it calls them."""
    parts = [step for _, step in holder.steps] if isinstance(holder, Pipeline) else vars(holder).values()
    found = (treatment_in(part) for part in parts if isinstance(part, BaseEstimator))
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
