"""Out-of-sample predictions for contracts, and the metrics on them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from ml.estimators.contract_churn import ContractChurnModel
from ml.estimators.search import InsideValidation, subsampled
from ml.evaluation import metrics
from ml.evaluation.churn_figures import churn_figures
from ml.jobs.contract_churn.configuration import Folds

Rounds = list[list[tuple[NDArray, NDArray]]]
# Positions of the rows to fit on → the unfitted estimator.
Maker = Callable[[NDArray], ContractChurnModel]
# A quarter of the rows is the validation set of a search.
_INSIDE_FOLD_COUNT = 4


def repeated_folds(churned: NDArray, customers: NDArray, folds: Folds, seed: int) -> Rounds:
    """Positions to fit on and to hold out, for each fold of each repetition; the folds cover every row once.

    All contracts of a customer are on one side. `churned` and `customers` have the shape (n_rows,).
    """
    return [
        _folds(churned, customers, folds.fold_count, seed + repetition) for repetition in range(folds.repetition_count)
    ]


def inside_folds(
    frame: pd.DataFrame, churned: NDArray, customers: NDArray, rows: NDArray, *, maximum_row_count: int, seed: int
) -> InsideValidation:
    """A split of the rows that a model may be fitted on, for a search.

    Parameters
    ----------
    churned, customers
        Of all rows of `frame`, shape (n_rows,).
    rows
        Positions of those rows, shape (n_known,).
    maximum_row_count
        Maximum number of rows to fit on.
    """
    fitted_on, evaluated_on = _folds(churned[rows], customers[rows], _INSIDE_FOLD_COUNT, seed)[0]
    fitted_on = fitted_on[subsampled(customers[rows][fitted_on], maximum_row_count, seed)]
    return InsideValidation(frame, churned, rows[fitted_on], rows[evaluated_on])


def out_of_fold(make: Maker, frame: pd.DataFrame, churned: NDArray, rounds: Rounds) -> NDArray:
    """P(churned) of every row by a model fitted without it, shape (n_repetitions, n_rows); NaN if never held out."""
    probability = np.full((len(rounds), len(frame)), np.nan)
    for repetition, folds in enumerate(rounds):
        for fitted_on, held_out in folds:
            model = make(fitted_on).fit(frame.iloc[fitted_on], churned[fitted_on])
            probability[repetition, held_out] = model.predict_proba(frame.iloc[held_out])[:, 1]
    return probability


def figures_of(churned: NDArray, probability: NDArray, rounds: Rounds | None) -> dict[str, float]:
    """All metrics, each the mean over the folds (a holdout is one fold).

    Parameters
    ----------
    churned, probability
        Shapes (n_rows,) and (n_repetitions, n_rows).
    """
    rows = [churn_figures(actual, predicted) for actual, predicted in _parts(churned, probability, rounds)]
    means = {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}
    # A fold has too few rows for a calibration curve: all rows of a repetition are taken, then the mean.
    means["expected_calibration_error"] = float(
        np.mean([metrics.expected_calibration_error(churned, row) for row in probability])
    )
    means["roc_auc_fold_deviation"] = float(np.std([row["roc_auc"] for row in rows], ddof=1)) if len(rows) > 1 else 0.0
    return means


def roc_auc_by_weight(churned: NDArray, probability: NDArray) -> metrics.WeightedMetric:
    """Mean ROC-AUC over the repetitions of `probability`, shape (n_repetitions, n_rows), for given row weights."""
    return _mean_by_weight([metrics.roc_auc_by_weight(churned, row) for row in probability])


def brier_by_weight(churned: NDArray, probability: NDArray) -> metrics.WeightedMetric:
    """Mean Brier score over the repetitions of `probability`, as `roc_auc_by_weight`."""
    return _mean_by_weight([metrics.brier_by_weight(churned, row) for row in probability])


def _mean_by_weight(each: Sequence[metrics.WeightedMetric]) -> metrics.WeightedMetric:
    return lambda weight: float(np.mean([metric(weight) for metric in each]))


def _folds(churned: NDArray, customers: NDArray, fold_count: int, seed: int) -> list[tuple[NDArray, NDArray]]:
    is_grouped = len(np.unique(customers)) < len(customers)
    kind, groups = (StratifiedGroupKFold, customers) if is_grouped else (StratifiedKFold, None)
    splitter = kind(n_splits=fold_count, shuffle=True, random_state=seed)
    return list(splitter.split(np.zeros(len(churned)), churned, groups))


def _parts(churned: NDArray, probability: NDArray, rounds: Rounds | None) -> Iterator[tuple[NDArray, NDArray]]:
    if rounds is None:
        yield churned, probability[0]
        return
    for repetition, folds in enumerate(rounds):
        for _, held_out in folds:
            yield churned[held_out], probability[repetition, held_out]
