"""Churn without contract: the probability of no purchase in the horizon."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING

import duckdb
import pandas as pd

from ml.competition.results import Candidate, Classifier, Result
from ml.configuration import load_configuration
from ml.data.dated_rows import eligible
from ml.data.features import model_frame
from ml.data.outcomes import outcomes_after
from ml.data.snapshots import Snapshots
from ml.estimators.baselines import HiatusChurnRule, OrderCountChurnRule, RecencyChurnRule
from ml.estimators.search import Chosen
from ml.evaluation import metrics
from ml.jobs.churn.learning import ChurnLearning
from ml.jobs.configuration import ChurnConfiguration
from ml.jobs.monitoring import PROBABILITY_MEASURES, Monitoring, Rules, last_rate
from ml.jobs.probability import ChurnProbabilityJob
from ml.jobs.supervised import CandidateMaker
from warehouse.base.definitions import Definitions

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class ChurnJob(ChurnProbabilityJob[Snapshots, Classifier]):
    """P(no purchase in the horizon) of eligible customers."""

    name = "churn"
    horizon_days: int
    configuration: ChurnConfiguration
    baseline_names = frozenset({"recency_rule", "order_count_rule", "hiatus_rule"})
    event_words = ("churned", "stayed")

    def __init__(self, horizon_days: int, configuration: ChurnConfiguration | None = None) -> None:
        self.horizon_days = horizon_days
        self.configuration = configuration or load_configuration(ChurnConfiguration, "churn")
        self.gate = self.configuration.gate

    def monitoring(self) -> Monitoring:
        return Monitoring(
            "customer_id", "is_churned", PROBABILITY_MEASURES, outcomes_after, _rules, metrics.roc_auc_by_weight
        )

    def candidate_makers(
        self, snapshots: Snapshots, columns: tuple[str, ...], found: dict[str, Chosen] | None = None
    ) -> Iterator[tuple[str, CandidateMaker]]:
        rows = eligible(snapshots.training)
        churned = self.target(rows)

        def rule(name: str, estimator: RecencyChurnRule | OrderCountChurnRule | HiatusChurnRule) -> Candidate:
            estimator.fit(model_frame(rows), churned)
            return Candidate(name, True, estimator, estimator.learned())

        yield "recency_rule", lambda: rule("recency_rule", RecencyChurnRule())
        yield "order_count_rule", lambda: rule("order_count_rule", OrderCountChurnRule())
        yield "hiatus_rule", lambda: rule("hiatus_rule", HiatusChurnRule())
        learning = ChurnLearning(
            snapshots,
            columns,
            self.target,
            self.horizon_days,
            self.configuration,
            found={} if found is None else found,
        )
        yield "purchase_model", lambda: learning.purchase_model
        for family in self.configuration.families:
            yield family, lambda family=family: learning.candidate(family)
        if self.configuration.blended_family in self.configuration.families:
            yield "blend", learning.blend

    def figures(self, snapshots: Snapshots, result: Result, baseline: Result) -> Mapping[str, Figure]:
        from ml.evaluation import plots

        actual = self.target(eligible(snapshots.evaluation))
        shown = {result.name: result.prediction, baseline.name: baseline.prediction}
        title = f"{result.name}, holdout {snapshots.evaluation_date}, {self.horizon_days} days"
        return plots.probability_pictures(actual, shown, title, events="churned customers", mean="churn rate")

    def scores(self, estimator: Classifier, features: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
        probability = self.predicted(estimator, features)
        band = self.configuration.risk_bands.of(probability)
        return pd.DataFrame(
            {"churn_probability": probability, "churn_risk_band": band, "horizon_days": self.horizon_days},
            index=rows.index,
        )

    def unscored(self, rows: pd.DataFrame) -> pd.DataFrame:
        return pd.DataFrame({"horizon_days": self.horizon_days}, index=rows.index)


def _rules(
    connection: duckdb.DuckDBPyConnection, rows: pd.DataFrame, day: date, horizon_days: int, definitions: Definitions
) -> Rules:
    """Recency for the ranking; for probability and level the churn rate of the horizon that had just ended."""
    earlier = outcomes_after(connection, day - timedelta(days=horizon_days), horizon_days)
    earlier = earlier[earlier["days_since_last_order"] <= definitions.eligibility_window_days]
    recency = rows["days_since_last_order"].to_numpy(dtype=float)
    return {"roc_auc": ("days_since_last_order", recency)} | last_rate(earlier, rows)
