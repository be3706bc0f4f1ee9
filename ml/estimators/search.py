"""A bounded, seeded search for hyper-parameters that never looks past the newest training snapshot."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from typing import Any
from zlib import crc32

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.pipeline import Pipeline

from ml.configuration import Frozen
from ml.contributions.scales import raw_score
from ml.estimators.parameters import Search
from ml.evaluation.metrics import normalised_gini, roc_auc, root_mean_squared_error


@dataclass(frozen=True)
class InsideValidation:
    """Training rows split by time: fitted on what was known at the newest snapshot, judged on that snapshot.

    Attributes
    ----------
    features, outcome
        Model frame and outcome of the training rows (an amount, where one is predicted), in one order.
    fitted_on, judged_on
        Row positions.
    """

    features: pd.DataFrame
    outcome: NDArray
    fitted_on: NDArray
    judged_on: NDArray

    def auc(self, classifier: Pipeline) -> float:
        """ROC-AUC on the newest snapshot of a classifier that is fitted here."""
        classifier.fit(self.features.iloc[self.fitted_on], self.outcome[self.fitted_on])
        return roc_auc(self.outcome[self.judged_on], raw_score(classifier, self.features.iloc[self.judged_on]))

    def predicted(self, regressor: Pipeline) -> tuple[NDArray, NDArray]:
        """Outcome and prediction on the newest snapshot of a regressor that is fitted here."""
        regressor.fit(self.features.iloc[self.fitted_on], self.outcome[self.fitted_on])
        return self.outcome[self.judged_on], np.asarray(regressor.predict(self.features.iloc[self.judged_on]))


@dataclass(frozen=True)
class InsideMeasure:
    """By what trials are compared: its name in the record, and how it is measured; more is better."""

    name: str
    of: Callable[[InsideValidation, Pipeline], float]


by_auc = InsideMeasure("auc", lambda inside, model: inside.auc(model))
by_gini = InsideMeasure("gini", lambda inside, model: normalised_gini(*inside.predicted(model)))
by_squared_error = InsideMeasure(
    "negative_rmse", lambda inside, model: -root_mean_squared_error(*inside.predicted(model))
)


@dataclass(frozen=True)
class Chosen:
    """The parameters found, and how the search went, for the run's record."""

    parameters: Any
    record: Mapping[str, object]


def split_by_time(dates: pd.Series, horizon_days: int) -> tuple[NDArray, NDArray] | None:
    """Positions of rows whose label windows end by the newest date, and of the newest date's rows.

    None where no earlier snapshot was known by then.
    """
    newest = dates.max()
    earlier = np.flatnonzero(dates + timedelta(days=horizon_days) <= newest)
    return (earlier, np.flatnonzero(dates == newest)) if len(earlier) else None


def inside_validation(
    features: pd.DataFrame,
    outcome: NDArray,
    rows: pd.DataFrame,
    *,
    horizon_days: int,
    maximum_row_count: int,
    seed: int,
) -> InsideValidation | None:
    """The split for a search, or None if the training snapshots do not allow one.

    Parameters
    ----------
    rows
        The training rows themselves: `as_of_date` and `customer_id` are read.
    maximum_row_count
        Rows to fit on at most.
    """
    positions = split_by_time(rows["as_of_date"], horizon_days)
    if positions is None:
        return None
    fitted_on, judged_on = positions
    fitted_on = fitted_on[subsampled(rows["customer_id"].to_numpy()[fitted_on], maximum_row_count, seed)]
    if any(len(np.unique(outcome[part])) == 1 for part in (fitted_on, judged_on)):
        return None
    return InsideValidation(features, outcome, fitted_on, judged_on)


def subsampled(customers: ArrayLike, maximum_row_count: int, seed: int) -> NDArray:
    """Positions of the rows of as many customers, drawn by seed, as fit the limit; all of a customer or none."""
    customer, names = pd.factorize(np.asarray(customers, dtype=object), sort=True)
    if len(customer) <= maximum_row_count:
        return np.arange(len(customer))
    order = np.random.default_rng(seed).permutation(len(names))
    count = np.bincount(customer)
    kept = order[np.cumsum(count[order]) <= maximum_row_count]
    return np.flatnonzero(np.isin(customer, kept))


def draws(
    defaults: Frozen, choices: Mapping[str, Sequence[float]], trial_count: int, seed: Sequence[int]
) -> list[Frozen]:
    """The defaults and `trial_count` other combinations of the choices, drawn without repetition."""
    combinations = [dict(zip(choices, values, strict=True)) for values in product(*choices.values())]
    others = [changed for changed in combinations if changed and defaults.model_copy(update=changed) != defaults]
    picked = np.random.default_rng(seed).permutation(len(others))[:trial_count]
    return [defaults, *(type(defaults).model_validate(defaults.model_dump() | others[n]) for n in picked)]


def search(
    stage: str,
    defaults: Frozen,
    settings: Search,
    make: Callable[[Any], Pipeline],
    inside: InsideValidation | None,
    *,
    seed: int,
    measure: InsideMeasure = by_auc,
) -> Chosen:
    """Try the defaults and the drawn combinations; the best by the measure is chosen, the earlier of equals.

    Unless it is better than the defaults by the `minimum_gain` of the settings, they stay.

    Parameters
    ----------
    stage
        Family of models or part of one, as the settings name it among their choices.
    make
        The unfitted model with given parameters.
    """
    choices = settings.choices.get(stage, {})
    if inside is None or not choices or settings.trial_count == 0:
        return Chosen(defaults, {"search": "defaults: no earlier snapshot to validate on, or nothing to choose"})
    tried = draws(defaults, choices, settings.trial_count, [seed, crc32(stage.encode())])
    figures = [measure.of(inside, make(parameters)) for parameters in tried]
    best = int(np.argmax(figures))
    if figures[best] < figures[0] + settings.minimum_gain:
        best = 0
    record = {
        "search": f"{len(tried)} trials, newest training snapshot",
        f"search_{measure.name}": round(figures[best], 6),
        f"search_{measure.name}_of_defaults": round(figures[0], 6),
    }
    return Chosen(tried[best], record)
