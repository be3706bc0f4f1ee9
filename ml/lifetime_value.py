"""Customer lifetime value: what will each customer spend in the next horizon, net of returns?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator

from ml.baselines import HiatusSpend, LastPeriodSpend, StatusQuoSpend
from ml.boosting import boosted_classifier, boosted_regressor
from ml.competition import Candidate, CandidateFailed, Result
from ml.configuration import LifetimeValueConfiguration, PromotionConfiguration, load_configuration
from ml.evaluation import metrics
from ml.features import model_frame
from ml.intervals import SimilarPredictionInterval
from ml.lifetime_value_model import LifetimeValueModel
from ml.purchase_forecast import PurchaseSpendModel
from ml.snapshots import Snapshots, eligible
from ml.supervised import CandidateMaker, SupervisedJob
from ml.tweedie import TweedieSpendModel
from ml.two_stage import TwoStageSpendModel

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class LifetimeValueJob(SupervisedJob):
    """Net spend in the horizon, with an interval, and the historic and total value beside it."""

    name = "clv"
    model_name = "crm_clv"
    score_table = "customer_clv"
    primary_metric = "gini"
    event_words = ("spent something", "spent nothing")

    def __init__(self, horizon_days: int, configuration: LifetimeValueConfiguration | None = None) -> None:
        self.horizon_days = horizon_days
        self.configuration = configuration or load_configuration(LifetimeValueConfiguration, "lifetime_value")
        self.gate = load_configuration(PromotionConfiguration, "promotion").clv

    def happened(self, rows: pd.DataFrame) -> NDArray:
        return self.target(rows) > 0

    def target(self, rows: pd.DataFrame) -> NDArray:
        return rows["future_net_amount"].to_numpy(dtype=float)

    # ---- candidates ----

    def candidate_makers(self, snapshots: Snapshots, columns: tuple[str, ...]) -> Iterator[tuple[str, CandidateMaker]]:
        rows = eligible(snapshots.training)
        purchases = self._purchase_model(snapshots)
        minimum_tenure = self.configuration.status_quo.minimum_tenure_days

        def rule(name: str, estimator: BaseEstimator, parameters: Mapping[str, object]) -> Candidate:
            estimator.fit(model_frame(rows), self.target(rows))
            predicted = estimator.predict(model_frame(rows))
            return self._complete(name, estimator, predicted, rows, purchases, parameters=parameters, is_baseline=True)

        yield (
            "status_quo_rate",
            lambda: rule(
                "status_quo_rate",
                StatusQuoSpend(self.horizon_days, minimum_tenure),
                {"minimum_tenure_days": minimum_tenure},
            ),
        )
        yield "last_90_days", lambda: rule("last_90_days", LastPeriodSpend(self.horizon_days), {})
        yield (
            "hiatus_rule",
            lambda: rule(
                "hiatus_rule",
                HiatusSpend(self.horizon_days, minimum_tenure),
                {"minimum_tenure_days": minimum_tenure},
            ),
        )
        yield "purchase_model", lambda: self._probabilistic(rows, purchases)
        yield "two_stage_boosting", lambda: self._two_stage(rows, columns, purchases)
        yield "tweedie_boosting", lambda: self._tweedie(rows, columns, purchases)

    def _purchase_model(self, snapshots: Snapshots) -> PurchaseSpendModel | CandidateFailed:
        """Fitted on every customer of the newest training snapshot: eligibility would bias its rates."""
        try:
            return PurchaseSpendModel(self.horizon_days).fit(model_frame(snapshots.latest_training()))
        except CandidateFailed as failure:
            return failure

    def _probabilistic(self, rows: pd.DataFrame, purchases: PurchaseSpendModel | CandidateFailed) -> Candidate:
        if isinstance(purchases, CandidateFailed):
            raise purchases
        predicted = purchases.predict(model_frame(rows))
        return self._complete(
            purchases.method_name_, purchases, predicted, rows, purchases, parameters=purchases.record_
        )

    def _two_stage(
        self,
        rows: pd.DataFrame,
        columns: tuple[str, ...],
        purchases: PurchaseSpendModel | CandidateFailed,
    ) -> Candidate:
        configuration, calibration = self.configuration, self.configuration.calibration
        estimator = TwoStageSpendModel(
            boosted_classifier(columns, configuration.buying_probability, self.random_seed),
            boosted_regressor(columns, configuration.spend_given_purchase, self.random_seed),
            fold_count=calibration.fold_count,
            method=calibration.method,
            seed=self.random_seed,
        ).fit(model_frame(rows, columns), self.target(rows), rows["customer_id"])
        stages = {
            "probability": configuration.buying_probability.model_dump(),
            "amount": configuration.spend_given_purchase.model_dump(),
        }
        parameters = {f"{stage}_{name}": value for stage, all_ in stages.items() for name, value in all_.items()}
        parameters["smearing_factor"] = estimator.smearing_
        predicted = estimator.pop_out_of_fold()
        return self._complete("two_stage_boosting", estimator, predicted, rows, purchases, parameters=parameters)

    def _tweedie(
        self,
        rows: pd.DataFrame,
        columns: tuple[str, ...],
        purchases: PurchaseSpendModel | CandidateFailed,
    ) -> Candidate:
        parameters = self.configuration.tweedie_boosting
        estimator = TweedieSpendModel(
            boosted_regressor(columns, parameters, self.random_seed, loss="poisson"),
            cap_quantile=parameters.cap_quantile,
            fold_count=self.configuration.calibration.fold_count,
            seed=self.random_seed,
        ).fit(model_frame(rows, columns), self.target(rows), rows["customer_id"])
        predicted = estimator.pop_out_of_fold()
        record = {**parameters.model_dump(), "cap_amount": estimator.cap_}
        return self._complete("tweedie_boosting", estimator, predicted, rows, purchases, parameters=record)

    def _complete(
        self,
        name: str,
        amount: BaseEstimator,
        predicted: NDArray,
        rows: pd.DataFrame,
        purchases: PurchaseSpendModel | CandidateFailed,
        *,
        parameters: Mapping[str, object],
        is_baseline: bool = False,
    ) -> Candidate:
        """Add what every serving model needs beside the amount: an interval, and orders if they can be told.

        `predicted` are amounts of the training rows made without knowing their outcome.
        """
        intervals = self.configuration.intervals
        interval = SimilarPredictionInterval(intervals.coverage, intervals.group_count)
        interval.fit(predicted, self.target(rows))
        companion = None if isinstance(purchases, CandidateFailed) else purchases
        return Candidate(name, is_baseline, LifetimeValueModel(amount, interval, companion), parameters)

    # ---- judgement ----

    def predicted(self, estimator: BaseEstimator, features: pd.DataFrame) -> NDArray:
        return estimator.predict(features)

    def metrics(self, actual: NDArray, predicted: NDArray) -> dict[str, float]:
        ordinary = np.ones(len(actual), dtype=bool)
        ordinary[np.argsort(-actual, kind="stable")[: self.configuration.largest_spender_count]] = False
        without = self._figures(actual[ordinary], predicted[ordinary])
        return (
            self._figures(actual, predicted)
            | {f"{name}_without_largest": value for name, value in without.items()}
            | {"actual_total": float(actual.sum()), "predicted_total": float(predicted.sum())}
        )

    @staticmethod
    def _figures(actual: NDArray, predicted: NDArray) -> dict[str, float]:
        return {
            "gini": metrics.normalised_gini(actual, predicted),
            "spearman": metrics.spearman(actual, predicted),
            "value_capture_at_20": metrics.capture_at(actual, predicted, 0.2),
            "level_ratio": metrics.level_ratio(actual, predicted),
            "mae": metrics.mean_absolute_error(actual, predicted),
            "rmse": metrics.root_mean_squared_error(actual, predicted),
        }

    def extra_metrics(self, candidate: Candidate, features: pd.DataFrame, actual: NDArray) -> dict[str, float]:
        """Coverage and width of the intervals on the holdout."""
        lower, upper = candidate.estimator.bounds(features)
        return {
            "interval_coverage": float(((actual >= lower) & (actual <= upper)).mean()),
            "interval_mean_width": float((upper - lower).mean()),
        }

    def rank_by_weight(self, actual: NDArray, predicted: NDArray) -> metrics.WeightedMetric:
        return metrics.normalised_gini_by_weight(actual, predicted)

    def tie_break(self, metrics: Mapping[str, float]) -> float:
        """How far the total is off, as a factor: MAE would reward under-prediction."""
        ratio = metrics["level_ratio"]
        return abs(np.log(ratio)) if ratio > 0 else np.inf

    def figures(self, snapshots: Snapshots, result: Result, baseline: Result) -> Mapping[str, Figure]:
        from ml.evaluation import plots

        actual = self.target(eligible(snapshots.evaluation))
        shown = {result.name: result.prediction, baseline.name: baseline.prediction}
        title = f"{result.name}, holdout {snapshots.evaluation_date}, {self.horizon_days} days"
        return {
            "gain_and_lift": plots.gain_and_lift(actual, shown, title, "net spend"),
            "predicted_against_actual_by_decile": plots.by_decile(actual, result.prediction, title, "net spend"),
        }

    # ---- scores ----

    def scores(self, estimator: BaseEstimator, features: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
        detail = estimator.details(features)
        known_days = features["tenure_days"].max()
        for days in self.configuration.further_horizons_days:
            within = estimator.amount_within(features, days) if known_days >= days else np.nan
            detail[f"predicted_{days}d_amount"] = within
        detail = detail.set_index(rows.index)
        amounts = [name for name in detail.columns if name.endswith("_amount")]
        detail[amounts] = detail[amounts].round(2)  # so that the written parts add up to the written total
        historic = rows["net_amount"].astype(float)
        return detail.assign(
            horizon_days=self.horizon_days,
            historic_amount=historic,
            total_amount=(historic + detail["predicted_amount"]).round(2),
            value_tier=self.value_tier(detail["predicted_amount"], rows["customer_id"]),
        )

    def value_tier(self, predicted: pd.Series, customer_id: pd.Series) -> NDArray:
        """Tier by rank of predicted spend; equal predictions are ranked by id, so that a rerun agrees."""
        order = np.lexsort((customer_id.to_numpy(dtype=str), -predicted.to_numpy()))
        share = np.empty(len(order))
        share[order] = (np.arange(len(order)) + 0.5) / max(len(order), 1)
        names, limits = list(self.configuration.value_tiers), list(self.configuration.value_tiers.values())
        return np.asarray(names, dtype=object)[np.searchsorted(limits, share)]

    def unscored(self, rows: pd.DataFrame) -> pd.DataFrame:
        return pd.DataFrame(
            {"horizon_days": self.horizon_days, "historic_amount": rows["net_amount"].astype(float)},
            index=rows.index,
        )
