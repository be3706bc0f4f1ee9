"""The learned candidates of churn: searched parameters, fitted on all training snapshots, calibrated by season."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cached_property, partial

from sklearn.pipeline import Pipeline

from ml.competition.results import Candidate
from ml.configuration import Frozen
from ml.estimators.calibration import CalibratedByCustomer
from ml.estimators.classifiers import make_classifier
from ml.estimators.search import InsideValidation
from ml.jobs.churn.calibration_window import WindowChoice, choose_window, window_rows
from ml.jobs.configuration import ChurnConfiguration
from ml.jobs.learning import CustomerLearning


class ChurnLearning(CustomerLearning):
    """The data and settings that all families of classifiers share."""

    configuration: ChurnConfiguration

    @cached_property
    def inside_rows(self) -> InsideValidation | None:
        return self.inside(self.outcome)

    @cached_property
    def window(self) -> WindowChoice:
        """The calibration window of all families, chosen with the first, which is the simplest."""
        configuration = self.configuration
        plain = self._made(*next(iter(configuration.families.items())))
        return choose_window(
            plain,
            self.rows,
            self.inside_rows,
            targets=self._predicted_dates,
            settings=configuration.calibration_window,
            seed=self.seed,
        )

    @property
    def _predicted_dates(self) -> tuple[date, date]:
        """The dates of the holdout and of the scores."""
        # pyrefly: ignore[bad-return] (a job without a holdout was refused)
        return self.snapshots.evaluation_date, self.snapshots.as_of_date

    def candidate(self, family: str) -> Candidate:
        """Search, fit and calibrate one family.

        The estimator is calibrated for the evaluation date; `for_serving` makes the one for the date of the scores.
        """
        calibration = self.configuration.calibration
        search = partial(self.configuration.searched, family, partial(self._made, family), self.inside_rows)
        chosen = self.found_once(family, search)
        model = self._made(family, chosen.parameters)
        fitted = CalibratedByCustomer(model, calibration.method, calibration.fold_count, self.seed)
        fitted.fit(self.features, self.outcome, self.rows["customer_id"])
        settings = {
            "calibration_method": calibration.method,
            "fold_count": calibration.fold_count,
            "fitted_row_count": len(self.rows),
        }
        record = {**chosen.parameters.model_dump(), **chosen.record, **self.window.record(), **settings}
        return Candidate(family, False, self._calibrated(fitted), record)

    def _made(self, family: str, parameters: Frozen) -> Pipeline:
        return make_classifier(family, self.columns, parameters, self.seed, treatment=self.treatment)

    def _calibrated(self, fitted: CalibratedByCustomer) -> CalibratedByCustomer:
        """The copy for the evaluation date, with the map for the date of the scores as `serving_map_`."""
        at_evaluation, at_scoring = (
            fitted.recalibrated(
                self.outcome,
                window_rows(self.window, self.rows["as_of_date"], target, self.configuration.calibration_window),
            )
            for target in self._predicted_dates
        )
        at_evaluation.pop_out_of_fold()
        at_evaluation.serving_map_ = at_scoring.map_
        return at_evaluation


def for_serving(candidate: Candidate) -> Candidate:
    """The candidate with the calibration map for the date of the scores; unchanged if it has none."""
    if not hasattr(candidate.estimator, "serving_map_"):
        return candidate
    return replace(candidate, estimator=candidate.estimator.for_serving())
