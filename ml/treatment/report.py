"""The effect of the treatment on the training rows, for MLflow and the model card."""

from __future__ import annotations

from collections.abc import Iterable

from ml.competition.results import Result
from ml.treatment.served import treatment_in
from ml.treatment.transformer import WINSORISED, FeatureTreatment

DOCUMENT = "treatment.json"
NOTE = "Training values that the treatment of missing values and outliers changed"


def treatment_among(results: Iterable[Result]) -> FeatureTreatment | None:
    """The treatment that the learned candidates of a competition share; None where none has one."""
    found = (treatment_in(result.candidate.estimator) for result in results)
    return next((treatment for treatment in found if treatment is not None), None)


def treatment_documents(treatment: FeatureTreatment | None) -> dict[str, object]:
    """`treatment.json`: the number of training rows; by feature its rule, fitted values and changed values."""
    if treatment is None:
        return {}
    features = {
        name: {
            **rule,
            "held_between": treatment.bounds_.get(name),
            "missing_becomes": treatment.filling_.get(name),
            "reference_row_count": len(treatment.neighbours_[name].known_) if name in treatment.neighbours_ else None,
            "changed_value_count": treatment.touched_.get(name, {}),
        }
        for name, rule in (treatment.rules or {}).items()
    }
    return {DOCUMENT: {"training_row_count": treatment.row_count_, "features": features}}


def treatment_notes(treatment: FeatureTreatment | None) -> dict[str, dict[str, float]]:
    """For the model card: number of changed values by feature and rule."""
    if treatment is None:
        return {}
    words = {WINSORISED: "outliers clipped"}
    changed = {
        f"{name}: {words.get(rule, f'missing, {rule}')}": float(count)
        for name, counts in treatment.touched_.items()
        for rule, count in counts.items()
    }
    return {NOTE: {"training rows": float(treatment.row_count_), **changed}}
