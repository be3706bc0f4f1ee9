"""The model that serves: a classifier for who ends, and a survival model for how long."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier

from ml.classifiers import FixedEpochNetwork
from ml.contract_churn.features import categories
from ml.contract_churn.settings import ContractChurnConfiguration
from ml.contract_churn.survival import ContractSurvival
from ml.preprocessing import EVEN_ODDS

TENURE_ONLY, TERM_ONLY = "tenure_only", "contract_type_only"
BASELINES = (TENURE_ONLY, TERM_ONLY)
_PLATT_FOLDS = 3


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
        return self.classifier.predict_proba(self._typed(X))

    def predict(self, X: pd.DataFrame) -> NDArray:  # noqa: N803
        return (self.predict_proba(X)[:, 1] >= EVEN_ODDS).astype(int)

    def _typed(self, X: pd.DataFrame) -> pd.DataFrame:  # noqa: N803
        """The types of the training: an attribute that is empty for everyone today may have been text then."""
        kinds = {name: "object" if name in self.text_columns_ else "float64" for name in X.columns}
        return X.astype(kinds)


def candidate_pipelines(
    frame: pd.DataFrame, configuration: ContractChurnConfiguration
) -> Mapping[str, tuple[Pipeline, Mapping[str, object]]]:
    """Every candidate, unfitted, with what is set: baselines first."""
    c, seed = configuration, configuration.random_seed
    texts = categories(frame)
    numbers = [name for name in frame.columns if name not in texts]
    plain = LogisticRegression(C=1e6)
    forest = c.random_forest
    network = c.neural_network
    models = {
        "logistic_regression": LogisticRegression(
            C=c.logistic_regression.inverse_penalty, max_iter=c.logistic_regression.maximum_iteration_count
        ),
        "decision_tree": DecisionTreeClassifier(
            max_depth=c.decision_tree.depth, min_samples_leaf=c.decision_tree.minimum_leaf_rows, random_state=seed
        ),
        "random_forest": RandomForestClassifier(
            n_estimators=forest.tree_count,
            max_depth=forest.depth,
            min_samples_leaf=forest.minimum_leaf_rows,
            max_features=forest.feature_share,
            max_samples=forest.row_share,
            random_state=seed,
        ),
        "linear_svm": CalibratedClassifierCV(
            LinearSVC(
                C=c.linear_svm.inverse_penalty,
                dual=False,
                max_iter=c.linear_svm.maximum_iteration_count,
                random_state=seed,
            ),
            cv=_PLATT_FOLDS,
        ),
        "neural_network": FixedEpochNetwork(
            hidden_layer_sizes=(network.hidden_unit_count,),
            alpha=network.penalty,
            learning_rate_init=network.learning_rate,
            max_iter=network.epoch_count,
            batch_size=network.batch_row_count,
            n_iter_no_change=network.epoch_count,
            random_state=seed,
        ),
        "gradient_boosting": HistGradientBoostingClassifier(
            learning_rate=c.gradient_boosting.learning_rate,
            max_iter=c.gradient_boosting.tree_count,
            max_leaf_nodes=c.gradient_boosting.leaf_count,
            min_samples_leaf=c.gradient_boosting.minimum_leaf_rows,
            l2_regularization=c.gradient_boosting.l2_penalty,
            early_stopping=False,
            random_state=seed,
        ),
    }
    made = {TENURE_ONLY: (_steps(["tenure_months"], [], plain), {})}
    if "term_months" in numbers:
        made[TERM_ONLY] = (_steps([], ["term_months"], plain), {})
    for name, model in models.items():
        made[name] = (_steps(numbers, texts, model), getattr(c, name).model_dump())
    return made


def _steps(numbers: list[str], texts: list[str], model: BaseEstimator) -> Pipeline:
    """Preparation and classifier in one, so that folds fit both on the same rows."""
    scaled = Pipeline(
        [
            ("impute", SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True)),
            ("scale", StandardScaler()),
        ]
    )
    encoder = OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=0.01, sparse_output=False)
    parts = [("numbers", scaled, numbers)] if numbers else []
    parts += [("texts", encoder, texts)] if texts else []
    return Pipeline([("prepare", ColumnTransformer(parts, verbose_feature_names_out=False)), ("classify", model)])
