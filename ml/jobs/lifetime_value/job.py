"""Customer lifetime value: net spend of each customer in the next horizon."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.competition.results import Candidate, Refused, Result
from ml.configuration import load_configuration
from ml.contributions.preparation import amounts_of
from ml.data.dated_rows import eligible
from ml.data.outcomes import outcomes_after
from ml.data.snapshots import Snapshots
from ml.estimators.baselines import StatusQuoSpend
from ml.estimators.lifetime_value import LifetimeValueModel
from ml.estimators.search import Chosen
from ml.evaluation import metrics
from ml.evaluation.interval_figures import interval_figures
from ml.evaluation.metrics import WeightedMetric
from ml.jobs.configuration import LifetimeValueConfiguration
from ml.jobs.enough_data import require_customers, short_history
from ml.jobs.lifetime_value.comparison import ValueComparison, rank_shares
from ml.jobs.lifetime_value.horizons import read_horizon_snapshots
from ml.jobs.lifetime_value.learning import HOLDOUT, SpendLearning
from ml.jobs.lifetime_value.scores import historic_columns, predicted_columns
from ml.jobs.lifetime_value.shorter_horizons import least_amounts
from ml.jobs.monitoring import AMOUNT_MEASURES, Monitoring, Rules
from ml.jobs.supervised import CandidateMaker, SupervisedJob
from warehouse.base.build_file import BuildFile
from warehouse.base.definitions import Definitions
from warehouse.jobs.registry import job_spec

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Columns that candidates of longer horizons read in addition.
_AMOUNT_COLUMNS = ("net_amount",)


class LifetimeValueJob(SupervisedJob[Snapshots, LifetimeValueModel]):
    """Net spend in the horizon with an interval, and historic and total value.

    It is declared as `clv` for the horizon of tiers and total value, and under further names for longer horizons
    (`clv_further_horizons_days` in dbt_project.yml). These have snapshots of their own; without training snapshots,
    only candidates that need no outcomes compete.

    Attributes
    ----------
    compared_with
        The customers among whom tiers and margins are told; None: the rows that are scored.
    """

    name = "clv"
    error_name = "|log(predicted/actual)|"
    horizon_days: int
    configuration: LifetimeValueConfiguration
    baseline_names = frozenset({"status_quo_rate", "last_90_days", "hiatus_rule"})
    columns_by_comparison = frozenset({"value_tier", "predicted_margin_amount", "total_margin_amount"})
    event_words = ("spent something", "spent nothing")
    compared_with: ValueComparison | None = None

    def __init__(self, horizon_days: int, configuration: LifetimeValueConfiguration | None = None) -> None:
        self.horizon_days = horizon_days
        self.configuration = configuration or load_configuration(LifetimeValueConfiguration, "lifetime_value")
        self.gate = self.configuration.gate

    @property
    def is_further(self) -> bool:
        """Whether this is one of the longer horizons."""
        return self.name != type(self).name

    def monitoring(self) -> Monitoring:
        return Monitoring(
            "customer_id",
            "future_net_amount",
            AMOUNT_MEASURES,
            outcomes_after,
            self._status_quo,
            self.rank_by_weight,
            of_serving_version=self.is_further,
        )

    def _status_quo(
        self, connection: object, rows: pd.DataFrame, day: date, horizon_days: int, definitions: Definitions
    ) -> Rules:
        del connection, day, definitions  # the status quo depends on the row only
        rule = StatusQuoSpend(horizon_days, self.configuration.status_quo.minimum_tenure_days)
        return dict.fromkeys(AMOUNT_MEASURES, ("status_quo_rate", rule.fit(rows).predict(rows)))

    def read_training(self, file: BuildFile, as_of_date: date, definitions: Definitions) -> Snapshots:
        if not self.is_further:
            return super().read_training(file, as_of_date, definitions)
        read_levels = partial(self.read_levels, as_of_date=as_of_date, definitions=definitions)
        return read_horizon_snapshots(
            file,
            as_of_date,
            self.horizon_days,
            self.maximum_training_row_count,
            maximum_snapshot_row_count=self.maximum_snapshot_row_count,
            read_levels=read_levels,
        )

    def read_scoring(self, file: BuildFile, as_of_date: date) -> pd.DataFrame:
        rows = super().read_scoring(file, as_of_date)
        if not self.is_further:
            return rows
        tables = tuple(job_spec(name).scores.table for name in self.spec.after)
        with file.opened(read_only=True) as connection:
            return rows.merge(least_amounts(connection, as_of_date, tables), on="customer_id", how="left")

    def history_definitions(self, definitions: Definitions) -> Definitions:
        if not self.is_further:
            return definitions
        return definitions.model_copy(update={"clv_horizon_days": self.horizon_days, "clv_further_horizons_days": {}})

    def positives(self, rows: pd.DataFrame) -> NDArray:
        return self.target(rows) > 0

    def selected(self, rows: pd.DataFrame, predicted: NDArray) -> NDArray:
        """As many with the highest predictions as the two upper value tiers hold."""
        tier = self.value_tier(pd.Series(predicted), rows["customer_id"])
        return np.isin(tier.astype(str), list(self.configuration.value_tiers)[:2])

    def target(self, rows: pd.DataFrame) -> NDArray:
        return rows["future_net_amount"].to_numpy(dtype=float)

    # ---- checks ----

    def check(self, snapshots: Snapshots) -> None:
        if not self.is_further or snapshots.scoring.empty or not snapshots.training.empty:
            super().check(snapshots)
            return
        self._check_history(snapshots)
        holdout = eligible(snapshots.evaluation)
        require_customers(len(holdout), self.configuration.limits.minimum_customer_count, "in the evaluation snapshots")
        self._check_classes(holdout, "evaluation")

    def _check_history(self, snapshots: Snapshots) -> None:
        if not self.is_further:
            super()._check_history(snapshots)
        elif snapshots.evaluation.empty:
            holdout = snapshots.as_of_date - timedelta(days=self.horizon_days)
            history = short_history(snapshots, days_back=self.horizon_days)
            raise Refused(
                f"The history is too short for {self.horizon_days} days: models would be evaluated on {holdout}, and "
                f"{history.words('orders', 'evaluation')}"
            )

    # ---- candidates ----

    def input_columns(self, snapshots: Snapshots) -> tuple[str, ...]:
        columns = super().input_columns(snapshots)
        missing = tuple(name for name in _AMOUNT_COLUMNS if name not in columns)
        return columns + missing if self.is_further else columns

    def candidate_makers(
        self, snapshots: Snapshots, columns: tuple[str, ...], found: dict[str, Chosen] | None = None
    ) -> Iterator[tuple[str, CandidateMaker]]:
        learning = SpendLearning(
            snapshots,
            columns,
            self.target,
            self.horizon_days,
            self.configuration,
            is_further=self.is_further,
            found={} if found is None else found,
        )
        yield from learning.makers()

    # ---- evaluation ----

    def predicted(self, estimator: LifetimeValueModel, features: pd.DataFrame) -> NDArray:
        return amounts_of(estimator, features)

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
        """Figures of the intervals on the holdout, out of sample."""
        estimator = candidate.estimator
        predicted = self.predicted(estimator, features)
        if candidate.parameters.get("interval_learned_on") == HOLDOUT:
            folds = {"fold_count": self.configuration.calibration.fold_count, "seed": self.random_seed}
            lower, upper = estimator.interval.left_out_bounds(predicted, actual, **folds)
        else:
            lower, upper = estimator.interval.bounds(predicted)
        return interval_figures(actual, predicted, lower, upper)

    def rank_by_weight(self, actual: NDArray, predicted: NDArray) -> WeightedMetric:
        return metrics.normalised_gini_by_weight(actual, predicted)

    def error_by_weight(self, actual: NDArray, predicted: NDArray) -> WeightedMetric:
        """MAE would reward under-prediction."""
        return metrics.level_error_by_weight(actual, predicted)

    def figures(self, snapshots: Snapshots, result: Result, baseline: Result) -> Mapping[str, Figure]:
        if self.is_further:  # the plots would take longer than the competition itself
            return {}
        from ml.evaluation import plots

        actual = self.target(eligible(snapshots.evaluation))
        shown = {result.name: result.prediction, baseline.name: baseline.prediction}
        title = f"{result.name}, holdout {snapshots.evaluation_date}, {self.horizon_days} days"
        return {
            "gain_and_lift": plots.gain_and_lift(actual, shown, title, "net spend"),
            "predicted_against_actual_by_decile": plots.by_decile(actual, result.prediction, title, "net spend"),
        }

    # ---- scores ----

    def scores(self, estimator: LifetimeValueModel, features: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
        others = self.compared_with
        detail = predicted_columns(estimator, features, rows, others.margins if others else None)
        tier = self.value_tier(detail["value_at_stake_amount"], rows["customer_id"])
        return self._declared(detail.assign(horizon_days=self.horizon_days, value_tier=tier))

    def value_tier(self, amount: pd.Series, customer_id: pd.Series) -> NDArray:
        """Tier of each customer by rank of the amount, shape (n_rows,); ties are ranked by id."""
        share = (self.compared_with.rank_shares if self.compared_with else rank_shares)(amount, customer_id)
        names, limits = list(self.configuration.value_tiers), list(self.configuration.value_tiers.values())
        return np.asarray(names, dtype=object)[np.searchsorted(limits, share)]

    def unscored(self, rows: pd.DataFrame) -> pd.DataFrame:
        known = {"horizon_days": self.horizon_days, **historic_columns(rows)}
        return self._declared(pd.DataFrame(known, index=rows.index))

    def _declared(self, columns: pd.DataFrame) -> pd.DataFrame:
        """The columns that the job's own score table has."""
        return columns[[name for name in columns if name in self.spec.scores.columns]]
