"""The model that serves: a classifier for who ends, and a survival model for how long."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

from ml.data.contract_features import categories
from ml.data.preprocessing import EVEN_ODDS, linear_preprocessor, tree_preprocessor
from ml.estimators.contract_survival import ContractSurvival

TENURE_ONLY, TERM_ONLY = "tenure_only", "contract_type_only"
BASELINES = (TENURE_ONLY, TERM_ONLY)
# The rules to beat have a parameter or a few: nothing to penalise.
_NO_PENALTY = 1e6


class ContractChurnModel(ClassifierMixin, BaseEstimator):
    """P(the contract ends), and survival beside it.

    Parameters
    ----------
    classifier
        Pipeline from a frame of contracts to probabilities.
    survival
        Fitted elsewhere, on histories; None where none could be fitted.
    """

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
