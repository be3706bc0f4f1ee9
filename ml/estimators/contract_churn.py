"""The estimator of contract churn: a classifier for ends, and a survival model for remaining months."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.tree import DecisionTreeClassifier

from ml.contributions.background import kept, like
from ml.contributions.pipelines import contributions_of
from ml.contributions.preparation import probabilities_of
from ml.contributions.scales import Contributions
from ml.contributions.shapley import Orders
from ml.data.contract_features import categories
from ml.data.preprocessing import linear_preprocessor, tree_preprocessor
from ml.estimators.base import ServedClassifier
from ml.estimators.contract_survival import ContractSurvival
from ml.treatment.served import treatment_in
from ml.treatment.transformer import FeatureTreatment

TENURE_ONLY, TERM_ONLY, TERM_END_ONLY = "tenure_only", "contract_type_only", "term_end_only"
BASELINES = (TENURE_ONLY, TERM_ONLY, TERM_END_ONLY)
# The baselines have few parameters, which need no penalty.
_NO_PENALTY = 1e6
# Contracts of one term that ends soon, or not: groups large enough for a rate.
_TERM_END_GROUPS = {"max_depth": 3, "min_samples_leaf": 25, "random_state": 0}


class ContractChurnModel(ServedClassifier):
    """P(the contract ends), with a survival model.

    Parameters
    ----------
    classifier
        Pipeline from a model frame of contracts to probabilities.
    survival
        Fitted separately, on histories; None where none could be fitted.
    """

    horizon_days_: int | None

    def __init__(self, classifier: Pipeline, survival: ContractSurvival | None = None) -> None:
        self.classifier = classifier
        self.survival = survival

    def fit(self, X: pd.DataFrame, y: ArrayLike) -> ContractChurnModel:  # noqa: N803
        self.classes_ = np.array([0, 1])
        self.text_columns_ = categories(X)
        self.classifier.fit(X, np.asarray(y, dtype=int))
        return self

    def predict_proba(self, X: pd.DataFrame) -> NDArray:  # noqa: N803
        """Probabilities of continuing and of ending, shape (n_rows, 2)."""
        return probabilities_of(self.classifier, self.typed(X))

    def contributions(self, features: pd.DataFrame, background: pd.DataFrame, orders: Orders) -> Contributions:
        """Those of the classifier, on features with the types of the training."""
        typed = self.typed(features)
        reference = typed if background is features else self.typed(background)
        return contributions_of(self.classifier, typed, reference, orders)

    def treatment(self) -> FeatureTreatment | None:
        """That of the classifier; the survival model has its own."""
        return treatment_in(self.classifier)

    def typed(self, X: pd.DataFrame) -> pd.DataFrame:  # noqa: N803
        """The frame with the types of the training: an attribute that is empty today may have been text then."""
        kinds = {name: "object" if name in self.text_columns_ else "float64" for name in X.columns}
        return kept(X, "typed", lambda: like(X, X.astype(kinds)), self)


def baseline_pipelines(frame: pd.DataFrame) -> Mapping[str, Pipeline]:
    """The baselines, unfitted, as far as the frame has their columns.

    Logistic regression on the contract's age, and on its term; the rate of ends by term and months until it ends, in
    groups that a small tree finds: a contract of a year hardly ends before its term does.
    """
    made = {TENURE_ONLY: linear_preprocessor(("tenure_months",), ())}
    if "term_months" in frame:
        made[TERM_ONLY] = tree_preprocessor(("term_months",), ("term_months",))
    pipelines = {
        name: Pipeline([("prepare", prepare), ("classify", LogisticRegression(C=_NO_PENALTY))])
        for name, prepare in made.items()
    }
    calendar = ("term_months", "months_to_term_end")
    if not {*calendar} - {*frame.columns}:
        groups = DecisionTreeClassifier(**_TERM_END_GROUPS)
        pipelines[TERM_END_ONLY] = Pipeline([("prepare", tree_preprocessor(calendar, ())), ("classify", groups)])
    return pipelines
