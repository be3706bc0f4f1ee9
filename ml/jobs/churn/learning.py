"""The learned candidates of churn: parameters searched, fitted on the stacked snapshots, calibrated by season."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import pandas as pd
from numpy.typing import NDArray
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline

from ml.competition.results import Candidate
from ml.configuration import Frozen
from ml.data.features import model_frame
from ml.data.snapshots import Snapshots, eligible
from ml.estimators.calibration import CalibratedByCustomer
from ml.estimators.classifiers import make_classifier
from ml.estimators.search import InsideValidation, inside_validation, search, thinned
from ml.jobs.churn.calibration_window import WindowChoice, choose_window, window_rows
from ml.jobs.configuration import ChurnConfiguration
from ml.treatment.transformer import treatment_of


@dataclass(frozen=True)
class ChurnLearning:
    """What all families of classifiers share; computed once, when the first of them is asked for.

    Attributes
    ----------
    columns
        Features of the models.
    churned
        Outcome of the eligible training rows, in their order.
    """

    snapshots: Snapshots
    columns: tuple[str, ...]
    churned: NDArray
    horizon_days: int
    configuration: ChurnConfiguration

    @cached_property
    def kept(self) -> NDArray:
        """Positions of the eligible training rows that are learned from."""
        customers = eligible(self.snapshots.training)["customer_id"]
        return thinned(customers, self.configuration.maximum_fit_row_count, self.configuration.random_seed)

    @cached_property
    def rows(self) -> pd.DataFrame:
        return eligible(self.snapshots.training).iloc[self.kept].reset_index(drop=True)

    @cached_property
    def features(self) -> pd.DataFrame:
        return model_frame(self.rows, self.columns)

    @cached_property
    def treatment(self) -> FrozenEstimator:
        """Fitted once, on the rows learned from, and shared by all: what it learns has nothing to do with outcomes."""
        return FrozenEstimator(treatment_of("customers", self.columns).fit(self.features))

    @cached_property
    def outcome(self) -> NDArray:
        return self.churned[self.kept]

    @cached_property
    def inside(self) -> InsideValidation | None:
        return inside_validation(
            self.features,
            self.outcome,
            self.rows,
            horizon_days=self.horizon_days,
            maximum_row_count=self.configuration.search.maximum_row_count,
            seed=self.configuration.random_seed,
        )

    @cached_property
    def window(self) -> WindowChoice:
        """One choice for all families, made with the plainest of them."""
        configuration = self.configuration
        plain = self._made("logistic_regression", configuration.logistic_regression)
        targets = (self.snapshots.evaluation_date, self.snapshots.as_of_date)
        return choose_window(
            plain,
            self.rows,
            self.inside,
            targets=targets,
            settings=configuration.calibration_window,
            seed=configuration.random_seed,
        )

    def candidate(self, family: str) -> Candidate:
        """Search, fit and calibrate one family.

        The estimator is calibrated for the evaluation date, where it is judged; `for_serving` turns it into
        the one for the date of the scores.
        """
        configuration, calibration = self.configuration, self.configuration.calibration
        seed = configuration.random_seed
        chosen = search(
            family,
            getattr(configuration, family),
            configuration.search.choices.get(family, {}),
            lambda parameters: self._made(family, parameters),
            self.inside,
            trial_count=configuration.search.trial_count,
            seed=seed,
        )
        model = self._made(family, chosen.parameters)
        fitted = CalibratedByCustomer(model, calibration.method, calibration.fold_count, seed)
        fitted.fit(self.features, self.outcome, self.rows["customer_id"])
        settings = {
            "calibration_method": calibration.method,
            "fold_count": calibration.fold_count,
            "fitted_row_count": len(self.rows),
        }
        record = {**chosen.parameters.model_dump(), **chosen.record, **self.window.record(), **settings}
        return Candidate(family, False, self._calibrated(fitted), record)

    def _made(self, family: str, parameters: Frozen) -> Pipeline:
        seed = self.configuration.random_seed
        return make_classifier(family, self.columns, parameters, seed, treatment=self.treatment)

    def _calibrated(self, fitted: CalibratedByCustomer) -> CalibratedByCustomer:
        """The copy for the evaluation date, holding the map for the serving date."""
        at_evaluation, at_scoring = (
            fitted.recalibrated(
                self.outcome,
                window_rows(self.window, self.rows["as_of_date"], target, self.configuration.calibration_window),
            )
            for target in (self.snapshots.evaluation_date, self.snapshots.as_of_date)
        )
        at_evaluation.pop_out_of_fold()
        at_evaluation.serving_map_ = at_scoring.map_
        return at_evaluation


def for_serving(candidate: Candidate) -> Candidate:
    """The candidate with the calibration map for the date of the scores; unchanged if it has none of its own."""
    if not hasattr(candidate.estimator, "serving_map_"):
        return candidate
    return replace(candidate, estimator=candidate.estimator.for_serving())
