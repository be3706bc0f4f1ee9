"""The base of jobs that predict churn probabilities, with and without a contract."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import pandas as pd
from numpy.typing import NDArray

from ml.competition.results import Classifier, Result
from ml.contributions.preparation import probabilities_of
from ml.evaluation.action_tables import cost_table, lift_table
from ml.evaluation.churn_figures import churn_figures
from ml.evaluation.metrics import WeightedMetric, brier_by_weight, roc_auc_by_weight
from ml.jobs.base import Rows
from ml.jobs.configuration import ClassifierConfiguration
from ml.jobs.supervised import SupervisedJob

Probability = TypeVar("Probability", bound=Classifier)


class ChurnProbabilityJob(SupervisedJob[Rows, Probability]):
    """P(a customer or contract is lost), labelled `is_churned`; ranked by ROC-AUC, then by the Brier score."""

    configuration: ClassifierConfiguration
    prediction_method = "predict_proba"
    error_name = "Brier score"

    def positives(self, rows: pd.DataFrame) -> NDArray:
        return rows["is_churned"].to_numpy(dtype=bool)

    def target(self, rows: pd.DataFrame) -> NDArray:
        return self.positives(rows).astype(float)

    def selected(self, rows: pd.DataFrame, predicted: NDArray) -> NDArray:
        """The high risk band."""
        return predicted >= self.configuration.risk_bands.high_from

    def predicted(self, estimator: Probability, features: pd.DataFrame) -> NDArray:
        return probabilities_of(estimator, features)[:, 1]

    def metrics(self, actual: NDArray, predicted: NDArray) -> dict[str, float]:
        return churn_figures(actual, predicted)

    def tables(self, actual: NDArray, result: Result) -> Mapping[str, pd.DataFrame]:
        return {
            "lift_by_share": lift_table(actual, result.prediction),
            "cost_by_threshold": cost_table(actual, result.prediction),
        }

    def rank_by_weight(self, actual: NDArray, predicted: NDArray) -> WeightedMetric:
        return roc_auc_by_weight(actual, predicted)

    def error_by_weight(self, actual: NDArray, predicted: NDArray) -> WeightedMetric:
        return brier_by_weight(actual, predicted)
