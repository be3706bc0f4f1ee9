"""The model that serves: a classifier for who ends, and a survival model for how long."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

from ml.contributions.pipelines import contributions_of
from ml.contributions.scales import Contributions
from ml.contributions.shapley import Orders
from ml.data.contract_features import categories
from ml.data.preprocessing import EVEN_ODDS, linear_preprocessor, tree_preprocessor
from ml.estimators.base import Served
from ml.estimators.contract_survival import ContractSurvival
from ml.treatment.served import treatment_in
from ml.treatment.transformer import FeatureTreatment

TENURE_ONLY, TERM_ONLY = "tenure_only", "contract_type_only"
BASELINES = (TENURE_ONLY, TERM_ONLY)
# The rules to beat have a parameter or a few: nothing to penalise.
_NO_PENALTY = 1e6


class ContractChurnModel(ClassifierMixin, Served):
    """P(the contract ends), and survival beside it.

    Parameters
    ----------
    classifier
        Pipeline from a frame of contracts to probabilities.
    survival
        Fitted elsewhere, on histories; None where none could be fitted.
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
        """Probabilities of going on and of ending, shape (n, 2)."""
        return self.classifier.predict_proba(self.typed(X))

    def predict(self, X: pd.DataFrame) -> NDArray:  # noqa: N803
        return (self.predict_proba(X)[:, 1] >= EVEN_ODDS).astype(int)

    def contributions(self, features: pd.DataFrame, background: pd.DataFrame, orders: Orders) -> Contributions:
        """Those of the classifier, whose probability is the score, on features of the training's types."""
        typed = self.typed(features)
        held_against = typed if background is features else self.typed(background)
        return contributions_of(self.classifier, typed, held_against, orders)

    def treatment(self) -> FeatureTreatment | None:
        """The classifier's; survival has one of its own."""
        return treatment_in(self.classifier)

    def typed(self, X: pd.DataFrame) -> pd.DataFrame:  # noqa: N803
        """The types of the training: an attribute that is empty for everyone today may have been text then."""
        kinds = {name: "object" if name in self.text_columns_ else "float64" for name in X.columns}
        return X.astype(kinds)


def baseline_pipelines(frame: pd.DataFrame) -> Mapping[str, Pipeline]:
    """The rules to beat, unfitted: what the contract's age alone, and its term alone, say."""
    made = {TENURE_ONLY: linear_preprocessor(("tenure_months",), ())}
    if "term_months" in frame:
        made[TERM_ONLY] = tree_preprocessor(("term_months",), ("term_months",))
    return {
        name: Pipeline([("prepare", prepare), ("classify", LogisticRegression(C=_NO_PENALTY))])
        for name, prepare in made.items()
    }
