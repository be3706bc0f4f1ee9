"""Churn without contract: who will not buy in the next horizon?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

from ml.baselines import HiatusChurnRule, RecencyChurnRule
from ml.boosting import boosted_classifier
from ml.calibration import CalibratedByCustomer
from ml.competition import Candidate, Result
from ml.configuration import (
    ChurnConfiguration,
    PromotionConfiguration,
    load_configuration,
)
from ml.evaluation import metrics
from ml.features import model_frame
from ml.preprocessing import linear_preprocessor
from ml.purchase_forecast import PurchaseChurnModel
from ml.snapshots import Snapshots, eligible
from ml.supervised import CandidateMaker, SupervisedJob

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class ChurnJob(SupervisedJob):
    """P(no purchase in the horizon), for customers who are eligible."""

    name = "churn"
    model_name = "crm_churn"
    score_table = "customer_churn"
    prediction_method = "predict_proba"
    primary_metric = "roc_auc"
    event_words = ("churned", "stayed")

    def __init__(self, horizon_days: int, configuration: ChurnConfiguration | None = None) -> None:
        self.horizon_days = horizon_days
        self.configuration = configuration or load_configuration(ChurnConfiguration, "churn")
        self.gate = load_configuration(PromotionConfiguration, "promotion").churn

    def happened(self, rows: pd.DataFrame) -> NDArray:
        return rows["is_churned"].to_numpy(dtype=bool)

    def target(self, rows: pd.DataFrame) -> NDArray:
        return self.happened(rows).astype(float)

    def candidate_makers(self, snapshots: Snapshots, columns: tuple[str, ...]) -> Iterator[tuple[str, CandidateMaker]]:
        rows = eligible(snapshots.training)
        frame, churned, customers = model_frame(rows, columns), self.target(rows), rows["customer_id"]

        def rule(name: str, estimator: BaseEstimator, learned: str) -> Candidate:
            estimator.fit(model_frame(rows), churned)
            value = getattr(estimator, learned, None)
            return Candidate(name, True, estimator, {} if value is None else {learned.strip("_"): value})

        def learned(name: str, model: Pipeline, parameters: Mapping[str, object]) -> Candidate:
            calibration = self.configuration.calibration
            estimator = CalibratedByCustomer(model, calibration.method, calibration.fold_count, self.random_seed).fit(
                frame, churned, customers
            )
            estimator.pop_out_of_fold()
            settings = {"calibration_method": calibration.method, "fold_count": calibration.fold_count}
            return Candidate(name, False, estimator, {**parameters, **settings})

        logistic = self.configuration.logistic_regression
        boosting = self.configuration.gradient_boosting
        yield "recency_rule", lambda: rule("recency_rule", RecencyChurnRule(), "")
        yield "hiatus_rule", lambda: rule("hiatus_rule", HiatusChurnRule(), "cutoff_days_")
        yield "purchase_model", lambda: self._purchase_model(snapshots)
        yield (
            "logistic_regression",
            lambda: learned("logistic_regression", self._logistic(columns), logistic.model_dump()),
        )
        yield (
            "gradient_boosting",
            lambda: learned(
                "gradient_boosting",
                boosted_classifier(columns, boosting, self.random_seed),
                boosting.model_dump(),
            ),
        )

    def _logistic(self, columns: tuple[str, ...]) -> Pipeline:
        parameters = self.configuration.logistic_regression
        model = LogisticRegression(C=parameters.inverse_penalty, max_iter=parameters.maximum_iteration_count)
        return Pipeline([("prepare", linear_preprocessor(columns)), ("classify", model)])

    def _purchase_model(self, snapshots: Snapshots) -> Candidate:
        """BG/NBD on every customer of the newest training snapshot: eligibility would bias its rates."""
        estimator = PurchaseChurnModel(self.horizon_days).fit(model_frame(snapshots.latest_training()))
        return Candidate(estimator.method_name_, False, estimator, estimator.record_)

    def predicted(self, estimator: BaseEstimator, features: pd.DataFrame) -> NDArray:
        return estimator.predict_proba(features)[:, 1]

    def metrics(self, actual: NDArray, predicted: NDArray) -> dict[str, float]:
        return {
            "roc_auc": metrics.roc_auc(actual, predicted),
            "pr_auc": metrics.pr_auc(actual, predicted),
            "brier": metrics.brier(actual, predicted),
            "expected_calibration_error": metrics.expected_calibration_error(actual, predicted),
            "top_decile_lift": metrics.top_decile_lift(actual, predicted),
            "capture_at_20": metrics.capture_at(actual, predicted, 0.2),
            "level_ratio": metrics.level_ratio(actual, predicted),
            "actual_churn_rate": float(actual.mean()),
            "predicted_churn_rate": float(predicted.mean()),
        }

    def rank_by_weight(self, actual: NDArray, predicted: NDArray) -> metrics.WeightedMetric:
        return metrics.roc_auc_by_weight(actual, predicted)

    def tie_break(self, metrics: Mapping[str, float]) -> float:
        return metrics["brier"]

    def figures(self, snapshots: Snapshots, result: Result, baseline: Result) -> Mapping[str, Figure]:
        from ml.evaluation import plots

        actual = self.target(eligible(snapshots.evaluation))
        shown = {result.name: result.prediction, baseline.name: baseline.prediction}
        title = f"{result.name}, holdout {snapshots.evaluation_date}, {self.horizon_days} days"
        return {
            "calibration": plots.calibration(actual, shown, title),
            "gain_and_lift": plots.gain_and_lift(actual, shown, title, "churned customers"),
            "predicted_against_actual_by_decile": plots.by_decile(actual, result.prediction, title, "churn rate"),
        }

    def scores(self, estimator: BaseEstimator, features: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
        probability = self.predicted(estimator, features)
        bands = self.configuration.risk_bands
        band = np.select([probability >= bands.high_from, probability >= bands.medium_from], ["high", "medium"], "low")
        return pd.DataFrame(
            {"churn_probability": probability, "churn_risk_band": band, "horizon_days": self.horizon_days},
            index=rows.index,
        )

    def unscored(self, rows: pd.DataFrame) -> pd.DataFrame:
        return pd.DataFrame({"horizon_days": self.horizon_days}, index=rows.index)
