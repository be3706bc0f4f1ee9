"""The learned candidates of churn: searched parameters, fitted on all training snapshots, calibrated on the newest."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, partial

from sklearn.pipeline import Pipeline

from ml.competition.results import Candidate
from ml.configuration import Frozen
from ml.data.features import model_frame
from ml.estimators.blend import BlendedClassifier
from ml.estimators.calibration import CalibratedByCustomer
from ml.estimators.classifiers import make_classifier
from ml.estimators.purchase_forecast import PurchaseChurnModel
from ml.estimators.search import InsideValidation
from ml.estimators.season import in_season
from ml.jobs.configuration import ChurnConfiguration
from ml.jobs.learning import CustomerLearning


@dataclass(frozen=True)
class ChurnLearning(CustomerLearning):
    """The data and settings that all families of classifiers share.

    Attributes
    ----------
    fitted
        The families that have been fitted.
    """

    configuration: ChurnConfiguration
    fitted: dict[str, Candidate] = field(default_factory=dict, kw_only=True)
    predicts_amounts = False

    @cached_property
    def inside_rows(self) -> InsideValidation | None:
        return self.inside(self.outcome)

    @cached_property
    def purchase_model(self) -> Candidate:
        """BG/NBD on the newest histories of all customers: restricting it to eligible ones would bias it."""
        estimator = PurchaseChurnModel(self.horizon_days).fit(model_frame(self.snapshots.newest))
        shift = self.season.shift()
        record = estimator.record_ | shift.record()
        return Candidate(estimator.method_name_, False, in_season(estimator, shift.value), record)

    def blend(self) -> Candidate:
        """Of the purchase model and one family."""
        first, second = self.purchase_model, self.candidate(self.configuration.blended_family)
        blend = BlendedClassifier(first.estimator, second.estimator)
        return Candidate("blend", False, blend, {"blend_of": f"{first.name}, {second.name}"})

    def candidate(self, family: str) -> Candidate:
        """A family; it is fitted once."""
        if family not in self.fitted:
            self.fitted[family] = self._fitted(family)
        return self.fitted[family]

    def _fitted(self, family: str) -> Candidate:
        """Search, fit and calibrate one family, at the level of the season of the date of the predictions."""
        calibration = self.configuration.calibration
        search = partial(self.configuration.searched, family, partial(self._made, family), self.inside_rows)
        chosen = self.found_once(family, search)
        model = self._made(family, chosen.parameters)
        fitted = CalibratedByCustomer(model, calibration.method, calibration.fold_count, self.seed)
        fitted.fit(self.features, self.outcome, self.rows["customer_id"])
        dates = self.rows["as_of_date"]
        recent = sorted(dates.unique())[-calibration.recent_snapshot_count :]
        fitted = fitted.recalibrated(self.outcome, dates.isin(recent).to_numpy())
        fitted.pop_out_of_fold()
        shift = self.season.shift(recent)
        settings = {
            "calibration_method": calibration.method,
            "fold_count": calibration.fold_count,
            "fitted_row_count": len(self.rows),
        }
        record = {**chosen.parameters.model_dump(), **chosen.record, **shift.record(), **settings}
        return Candidate(family, False, in_season(fitted, shift.value), record)

    def _made(self, family: str, parameters: Frozen) -> Pipeline:
        return make_classifier(family, self.columns, parameters, self.seed, treatment=self.treatment)
