"""The candidates of lifetime value: rules, purchase models, and two boosted models with searched parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from ml.competition.results import Candidate, CandidateFailed, Estimator
from ml.data.features import model_frame
from ml.estimators.base import OutOfFoldRegressor
from ml.estimators.baselines import HiatusSpend, LastPeriodSpend, LevelledSpend, SpendRule, StatusQuoSpend
from ml.estimators.blend import BlendedAmount
from ml.estimators.boosting import boosted_regressor
from ml.estimators.classifiers import make_classifier
from ml.estimators.intervals import SimilarPredictionInterval
from ml.estimators.lifetime_value import LifetimeValueModel
from ml.estimators.purchase_forecast import ORDER_COLUMNS, PurchaseSpendModel
from ml.estimators.search import Chosen, InsideMeasure, by_auc, by_gini, by_squared_error
from ml.estimators.season import ScaledAmount
from ml.estimators.tweedie import TweedieSpendModel
from ml.estimators.two_stage import TwoStageSpendModel
from ml.jobs.configuration import LifetimeValueConfiguration
from ml.jobs.learning import CustomerLearning
from ml.jobs.season import SeasonShift
from ml.purchase_models.base import PurchaseModel
from ml.purchase_models.fallback import fit_lifetimes

HOLDOUT = "the holdout, by folds of customers"
TRAINING = "the training snapshots"


@dataclass(frozen=True)
class _Amount:
    """A fitted model of amounts.

    Attributes
    ----------
    predicted
        Out-of-sample predictions for the training rows, without the season, shape (n_rows,).
    """

    name: str
    estimator: Estimator
    predicted: NDArray
    record: Mapping[str, object]


@dataclass(frozen=True)
class SpendLearning(CustomerLearning):
    """The data and settings of the candidates of one horizon.

    Without training snapshots only candidates that need no outcomes compete: rules, and purchase models, which are
    fitted on histories. Their intervals are then fitted on the holdout, and their coverage is measured by folds.

    Attributes
    ----------
    target
        Net spend in the horizon of labelled rows.
    is_further
        Whether the horizon is one of the longer ones: rules are scaled to the level of the training outcomes.
    """

    configuration: LifetimeValueConfiguration
    is_further: bool = False
    predicts_amounts = True

    @property
    def has_outcomes(self) -> bool:
        """Whether there are training snapshots."""
        return not self.snapshots.training.empty

    @property
    def known(self) -> pd.DataFrame:
        return self.snapshots.training if self.has_outcomes else self.snapshots.evaluation

    @cached_property
    def purchases(self) -> PurchaseSpendModel | CandidateFailed:
        """Fitted on all customers of one snapshot: restricting it to eligible ones would bias it."""
        try:
            return PurchaseSpendModel(self.horizon_days).fit(self._histories)
        except CandidateFailed as failure:
            return failure

    @cached_property
    def companion(self) -> PurchaseSpendModel | CandidateFailed:
        """As `purchases`, on all orders: it gives everybody an amount of their own, also those with one order."""
        try:
            return PurchaseSpendModel(self.horizon_days, counts_first_order=True).fit(self._histories)
        except CandidateFailed as failure:
            return failure

    @cached_property
    def lifetimes(self) -> PurchaseModel | None:
        """What gives P(alive); None where no purchase model could be fitted."""
        return None if isinstance(self.companion, CandidateFailed) else fit_lifetimes(self._histories[ORDER_COLUMNS])

    @property
    def _histories(self) -> pd.DataFrame:
        return model_frame(self.snapshots.newest)

    # ---- candidates without outcomes ----

    def makers(self) -> Iterator[tuple[str, Callable[[], Candidate]]]:
        """Name and maker of every candidate, baselines first."""
        horizon_days, tenure_days = self.horizon_days, self.configuration.status_quo.minimum_tenure_days
        tenure = {"minimum_tenure_days": tenure_days}
        cutoff_days = None if self.has_outcomes else self.configuration.hiatus.cutoff_days_without_outcomes
        hiatus = HiatusSpend(horizon_days, tenure_days, cutoff_days)
        rules = {
            "status_quo_rate": (StatusQuoSpend(horizon_days, tenure_days), tenure),
            "last_90_days": (LastPeriodSpend(horizon_days), {}),
            "hiatus_rule": (hiatus, tenure),
        }
        for name, (estimator, parameters) in rules.items():
            yield name, lambda name=name, rule=estimator, parameters=parameters: self._rule(name, rule, parameters)
        yield "purchase_model", self._purchase_model
        yield "purchase_model_all_orders", lambda: self._complete(self._by_histories(self.companion))
        yield "lifetimes_all_orders", lambda: self._complete(self._by_histories(self._with_lifetimes()))
        if self.has_outcomes:
            yield "two_stage_boosting", lambda: self._complete(self._two_stage)
            yield "tweedie_boosting", self._tweedie
            yield "blend", self._blend

    def _rule(self, name: str, estimator: SpendRule, parameters: Mapping[str, object]) -> Candidate:
        frame = model_frame(self.rows)
        fitted = (LevelledSpend(estimator) if self.is_further else estimator).fit(frame, self.outcome)
        record = {**parameters, **fitted.learned()}
        return self._complete(_Amount(name, fitted, fitted.predict(frame), record), is_baseline=True)

    def _purchase_model(self) -> Candidate:
        return self._complete(self._by_histories(self.purchases))

    def _by_histories(self, estimator: PurchaseSpendModel | CandidateFailed) -> _Amount:
        if isinstance(estimator, CandidateFailed):
            raise estimator
        predicted = estimator.predict(model_frame(self.rows))
        return self._in_season(
            _Amount(estimator.method_name_, estimator, predicted, estimator.record_), self.season.shift()
        )

    def _with_lifetimes(self) -> PurchaseSpendModel:
        """As `companion`, with the orders of the model that gives P(alive)."""
        if isinstance(self.companion, CandidateFailed):
            raise self.companion
        if self.lifetimes is None:
            raise CandidateFailed("neither Pareto/NBD nor MBG/NBD could be fitted soundly")
        if self.lifetimes.method_name == self.companion.orders_.method_name:
            raise CandidateFailed(f"{self.companion.method_name_} is that model already")
        return self.companion.with_orders(self.lifetimes)

    def _blend(self) -> Candidate:
        """Of the purchase model on all orders and the two-stage model."""
        first, second = self._by_histories(self.companion), self._two_stage
        blend = BlendedAmount(first.estimator, second.estimator)
        record = {"blend_of": f"{first.name}, {second.name}"}
        return self._complete(_Amount("blend", blend, (first.predicted + second.predicted) / 2, record))

    # ---- candidates fitted on outcomes ----

    @cached_property
    def _two_stage(self) -> _Amount:
        configuration, calibration = self.configuration, self.configuration.calibration
        buys, classifier = self.outcome > 0, partial(make_classifier, "gradient_boosting", likelier_means="staying")
        probability = self._searched("buying_probability", classifier, buys.astype(float), by_auc)
        spend = self._searched(
            "spend_given_purchase", boosted_regressor, np.log(self.outcome[buys]), by_squared_error, rows=buys
        )
        estimator = TwoStageSpendModel(
            classifier(self.columns, probability.parameters, self.seed, treatment=self.treatment),
            boosted_regressor(self.columns, spend.parameters, self.seed, treatment=self.treatment),
            fold_count=calibration.fold_count,
            method=calibration.method,
            seed=configuration.random_seed,
        ).fit(self.features, self.outcome, self.rows["customer_id"])
        record = _record("probability_", probability) | _record("amount_", spend)
        record["smearing_factor"] = estimator.smearing_
        return self._by_outcomes("two_stage_boosting", estimator, record)

    def _tweedie(self) -> Candidate:
        calibration = self.configuration.calibration

        make = partial(boosted_regressor, loss="poisson")

        chosen = self._searched("tweedie_boosting", make, np.maximum(self.outcome, 0), by_gini)
        estimator = TweedieSpendModel(
            make(self.columns, chosen.parameters, self.seed, treatment=self.treatment),
            cap_quantile=chosen.parameters.cap_quantile,
            fold_count=calibration.fold_count,
            seed=self.seed,
        ).fit(self.features, self.outcome, self.rows["customer_id"])
        record = {**_record("", chosen), "cap_amount": estimator.cap_}
        return self._complete(self._by_outcomes("tweedie_boosting", estimator, record))

    def _by_outcomes(self, name: str, estimator: OutOfFoldRegressor, record: Mapping[str, object]) -> _Amount:
        season = self.season.shift(sorted(self.rows["as_of_date"].unique()))
        return self._in_season(_Amount(name, estimator, estimator.pop_out_of_fold(), record), season)

    @staticmethod
    def _in_season(fitted: _Amount, season: SeasonShift) -> _Amount:
        estimator = ScaledAmount(fitted.estimator, float(np.exp(season.value))) if season.value else fitted.estimator
        return replace(fitted, estimator=estimator, record={**fitted.record, **season.record()})

    def _searched(
        self,
        stage: str,
        make: Callable[..., Pipeline],
        outcome: NDArray,
        measure: InsideMeasure,
        rows: NDArray | None = None,
    ) -> Chosen:
        """Search the parameters of one stage, on the training rows or those in the mask `rows`."""
        return self.found_once(
            stage,
            lambda: self.configuration.searched(
                stage,
                lambda parameters: make(self.columns, parameters, self.seed, treatment=self.treatment),
                self.inside(outcome, rows),
                measure,
            ),
        )

    def _complete(self, amount: _Amount, *, is_baseline: bool = False) -> Candidate:
        """The candidate of a model of amounts, with an interval and, if one was fitted, a purchase model.

        The season moves the amount, and with it the customers who are similar and whose errors give the interval.
        """
        settings = self.configuration.intervals
        interval = SimilarPredictionInterval(settings.coverage, settings.group_count).fit(
            amount.predicted, self.outcome
        )
        companion = None if isinstance(self.companion, CandidateFailed) else self.companion
        record = {
            **amount.record,
            "horizon_days": self.horizon_days,
            "fitted_row_count": len(self.rows),
            "interval_learned_on": TRAINING if self.has_outcomes else HOLDOUT,
        }
        model = LifetimeValueModel(amount.estimator, interval, companion, self.lifetimes)
        return Candidate(amount.name, is_baseline, model, record)


def _record(prefix: str, chosen: Chosen) -> dict[str, object]:
    return {f"{prefix}{name}": value for name, value in {**chosen.parameters.model_dump(), **chosen.record}.items()}
