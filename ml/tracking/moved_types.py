"""Former modules of estimators, as in models registered by earlier releases, and their present modules."""

from __future__ import annotations

MOVED = {
    "ml.baselines": "ml.estimators.baselines",
    "ml.calibration": "ml.estimators.calibration",
    "ml.classifiers": "ml.estimators.classifiers",
    "ml.contract_churn.model": "ml.estimators.contract_churn",
    "ml.contract_churn.survival": "ml.estimators.contract_survival",
    "ml.intervals": "ml.estimators.intervals",
    "ml.lifetime_value_model": "ml.estimators.lifetime_value",
    "ml.preprocessing": "ml.data.preprocessing",
    "ml.purchase_forecast": "ml.estimators.purchase_forecast",
    "ml.segmentation.density": "ml.estimators.segments.density",
    "ml.segmentation.mixture": "ml.estimators.segments.mixture",
    "ml.segmentation.model": "ml.estimators.segments.model",
    "ml.segmentation.scaling": "ml.estimators.segments.scaling",
    "ml.tweedie": "ml.estimators.tweedie",
    "ml.two_stage": "ml.estimators.two_stage",
}
