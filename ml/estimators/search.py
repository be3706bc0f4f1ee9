"""A bounded, seeded hyper-parameter search that uses no data after the newest training snapshot."""

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
    """A split of the training rows into rows to fit on and a validation set, most often the newest snapshot.

    Attributes
    ----------
    features, outcome
        Model frame and outcome of the training rows, shapes (n_rows, n_features) and (n_rows,).
    fitted_on, evaluated_on
        Positions of the rows to fit on and of the validation set.
    """

    features: pd.DataFrame
    outcome: NDArray
    fitted_on: NDArray
    evaluated_on: NDArray

    def auc(self, classifier: Pipeline) -> float:
        """Fit a classifier and return its ROC-AUC on the validation set."""
        classifier.fit(self.features.iloc[self.fitted_on], self.outcome[self.fitted_on])
        return roc_auc(self.outcome[self.evaluated_on], raw_score(classifier, self.features.iloc[self.evaluated_on]))

    def predicted(self, regressor: Pipeline) -> tuple[NDArray, NDArray]:
        """Fit a regressor; return outcome and prediction on the validation set, both of shape (n_validation,)."""
        regressor.fit(self.features.iloc[self.fitted_on], self.outcome[self.fitted_on])
        return self.outcome[self.evaluated_on], np.asarray(regressor.predict(self.features.iloc[self.evaluated_on]))


@dataclass(frozen=True)
class InsideMeasure:
    """The metric that compares the sampled parameters, and its name in the record; higher is better."""

    name: str
    of: Callable[[InsideValidation, Pipeline], float]


by_auc = InsideMeasure("auc", lambda inside, model: inside.auc(model))
by_gini = InsideMeasure("gini", lambda inside, model: normalised_gini(*inside.predicted(model)))
by_squared_error = InsideMeasure(
    "negative_rmse", lambda inside, model: -root_mean_squared_error(*inside.predicted(model))
)


@dataclass(frozen=True)
class Chosen:
    """The chosen parameters, and a summary of the search for the run's record."""

    parameters: Any
    record: Mapping[str, object]


def split_by_time(dates: pd.Series, horizon_days: int) -> tuple[NDArray, NDArray] | None:
    """Positions of rows whose label windows end by the newest date, and of the rows of the newest date.

    None if the labels of no earlier snapshot were known by then.

    Parameters
    ----------
    dates
        Snapshot date of each row.
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
    """The split for a search; None if the training snapshots do not allow one.

    Parameters
    ----------
    features, outcome
        Of the training rows, as in `InsideValidation`.
    rows
        The training rows, of which `as_of_date` and `customer_id` are read.
    maximum_row_count
        Maximum number of rows to fit on.
    """
    positions = split_by_time(rows["as_of_date"], horizon_days)
    if positions is None:
        return None
    fitted_on, evaluated_on = positions
    fitted_on = fitted_on[subsampled(rows["customer_id"].to_numpy()[fitted_on], maximum_row_count, seed)]
    if any(len(np.unique(outcome[part])) == 1 for part in (fitted_on, evaluated_on)):
        return None
    return InsideValidation(features, outcome, fitted_on, evaluated_on)


def subsampled(customers: ArrayLike, maximum_row_count: int, seed: int) -> NDArray:
    """Positions of the rows of randomly drawn customers within a limit of rows; of each customer all or none.

    Parameters
    ----------
    customers
        Customer of each row, shape (n_rows,).
    """
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
    """The defaults, and at most `trial_count` other combinations of the choices, sampled without replacement."""
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
    """Evaluate the defaults and the sampled combinations, and choose the best; of equals the first.

    The defaults are kept unless the best is better by at least the `minimum_gain` of the settings.

    Parameters
    ----------
    stage
        Family of models or part of one, as named among the choices of the settings.
    make
        Parameters → the unfitted model.
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
