"""A job that nobody has heard of: its declaration is `comes_back.yml`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from ml.competition.results import Candidate, Result
from ml.competition.thresholds import SupervisedGate
from ml.data.dated_rows import eligible
from ml.data.features import model_frame
from ml.data.outcomes import outcomes_after
from ml.data.snapshots import Snapshots
from ml.estimators.parameters import Bootstrap, Limits
from ml.evaluation import metrics
from ml.jobs.configuration import JobConfiguration
from ml.jobs.monitoring import PROBABILITY_MEASURES, Monitoring, Rules
from ml.jobs.supervised import CandidateMaker, SupervisedJob
from warehouse.base.build_file import BuildFile
from warehouse.base.definitions import Definitions

_COLUMNS = ["days_since_last_order", "order_count"]


class ShareOfAll(ClassifierMixin, BaseEstimator):
    """The newest buy soonest: the share of all, a little more for whom has bought lately."""

    def fit(self, X: pd.DataFrame, y: ArrayLike) -> ShareOfAll:  # noqa: N803
        self.classes_ = np.array([0, 1])
        self.share_ = float(np.mean(y))
        return self

    def predict_proba(self, X: pd.DataFrame) -> NDArray:  # noqa: N803
        days = X["days_since_last_order"].to_numpy(dtype=float)
        bought = np.clip(self.share_ + 0.01 * np.exp(-days / 1000), 0, 1)
        return np.column_stack([1 - bought, bought])


class ComesBackJob(SupervisedJob):
    """P(a purchase in the horizon)."""

    name = "comes_back"
    prediction_method = "predict_proba"
    baseline_names = frozenset({"share_of_all"})
    event_words = ("bought again", "did not buy")
    error_name = "Brier score"

    def __init__(self, horizon_days: int) -> None:
        self.horizon_days = horizon_days
        self.configuration = JobConfiguration(
            random_seed=1,
            retrain_after_days=30,
            limits=Limits(minimum_customer_count=50, minimum_class_count=10, maximum_training_row_count=10_000),
            bootstrap=Bootstrap(repetition_count=50, confidence=0.9),
        )
        self.gate = SupervisedGate(
            minimum_gain_over_baseline=-1,
            minimum_level_ratio=0,
            maximum_level_ratio=100,
            leak_alarm=2,
            maximum_rank_loss_to_champion=1,
            maximum_error_excess_over_champion=1,
        )

    def positives(self, rows: pd.DataFrame) -> NDArray:
        return ~rows["is_churned"].to_numpy(dtype=bool)

    def target(self, rows: pd.DataFrame) -> NDArray:
        return self.positives(rows).astype(float)

    def candidate_makers(
        self, snapshots: Snapshots, columns: tuple[str, ...], found: dict | None = None
    ) -> Iterator[tuple[str, CandidateMaker]]:
        rows = eligible(snapshots.training)
        features, bought = model_frame(rows, columns), self.target(rows)
        learned = make_pipeline(StandardScaler(), LogisticRegression())

        def frequency() -> Candidate:
            return Candidate("frequency", False, _OfColumns(learned).fit(features, bought))

        yield "share_of_all", lambda: Candidate("share_of_all", True, ShareOfAll().fit(features, bought))
        yield "frequency", frequency

    def predicted(self, estimator: BaseEstimator, features: pd.DataFrame) -> NDArray:
        return estimator.predict_proba(features)[:, 1]

    def metrics(self, actual: NDArray, predicted: NDArray) -> dict[str, float]:
        return {name: measure(actual, predicted) for name, measure in PROBABILITY_MEASURES.items()}

    def rank_by_weight(self, actual: NDArray, predicted: NDArray) -> metrics.WeightedMetric:
        return metrics.roc_auc_by_weight(actual, predicted)

    def error_by_weight(self, actual: NDArray, predicted: NDArray) -> metrics.WeightedMetric:
        return metrics.brier_by_weight(actual, predicted)

    def figures(self, snapshots: Snapshots, result: Result, baseline: Result) -> dict:
        return {}

    def scores(self, estimator: BaseEstimator, features: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
        probability = self.predicted(estimator, features)
        return pd.DataFrame(
            {"repurchase_probability": probability, "horizon_days": self.horizon_days}, index=rows.index
        )

    def unscored(self, rows: pd.DataFrame) -> pd.DataFrame:
        return pd.DataFrame({"horizon_days": self.horizon_days}, index=rows.index)

    def monitoring(self) -> Monitoring:
        return Monitoring(
            "customer_id", "has_bought", PROBABILITY_MEASURES, _outcomes, _rules, metrics.roc_auc_by_weight
        )


class NextProductJob(ComesBackJob):
    """The same for each of two products: a row is a customer and a product."""

    name = "next_product"

    def read_scoring(self, file: BuildFile, as_of_date: date) -> pd.DataFrame:
        rows = super().read_scoring(file, as_of_date)
        return rows.merge(pd.DataFrame({"product_code": ["p1", "p2"]}), how="cross")

    def scores(self, estimator: BaseEstimator, features: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
        return pd.DataFrame({"purchase_probability": self.predicted(estimator, features)}, index=rows.index)

    def unscored(self, rows: pd.DataFrame) -> pd.DataFrame:
        return pd.DataFrame(index=rows.index)

    def monitoring(self) -> None:
        return None


class _OfColumns(ClassifierMixin, BaseEstimator):
    """A classifier on two columns of many."""

    def __init__(self, classifier: BaseEstimator) -> None:
        self.classifier = classifier

    def fit(self, X: pd.DataFrame, y: ArrayLike) -> _OfColumns:  # noqa: N803
        self.classifier.fit(X[_COLUMNS], y)
        self.classes_ = self.classifier.classes_
        return self

    def predict_proba(self, X: pd.DataFrame) -> NDArray:  # noqa: N803
        return self.classifier.predict_proba(X[_COLUMNS])


def _outcomes(connection: duckdb.DuckDBPyConnection, day: date, horizon_days: int) -> pd.DataFrame:
    found = outcomes_after(connection, day, horizon_days)
    return found.assign(has_bought=~found["is_churned"])


def _rules(
    connection: duckdb.DuckDBPyConnection, rows: pd.DataFrame, day: date, horizon_days: int, definitions: Definitions
) -> Rules:
    return {"roc_auc": ("newest_first", -rows["days_since_last_order"].to_numpy(dtype=float))}
