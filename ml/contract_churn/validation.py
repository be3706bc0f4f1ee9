"""Predictions for contracts that a model has not seen, and the figures on them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from ml.contract_churn.settings import Folds
from ml.evaluation import metrics

Rounds = list[list[tuple[NDArray, NDArray]]]


def repeated_folds(churned: NDArray, customers: NDArray, folds: Folds, seed: int) -> Rounds:
    """Positions to fit on and to hold out: for each repetition, folds that cover every row once.

    All contracts of a customer are on one side.
    """
    is_grouped = len(np.unique(customers)) < len(customers)
    kind, groups = (StratifiedGroupKFold, customers) if is_grouped else (StratifiedKFold, None)
    rounds = []
    for repetition in range(folds.repetition_count):
        splitter = kind(n_splits=folds.fold_count, shuffle=True, random_state=seed + repetition)
        rounds.append(list(splitter.split(np.zeros(len(churned)), churned, groups)))
    return rounds


def out_of_fold(make: Callable[[], BaseEstimator], frame: pd.DataFrame, churned: NDArray, rounds: Rounds) -> NDArray:
    """P(churned) of every row by a model fitted without it, shape (repetitions, rows)."""
    probability = np.full((len(rounds), len(frame)), np.nan)
    for repetition, folds in enumerate(rounds):
        for fitted_on, held_out in folds:
            model = make().fit(frame.iloc[fitted_on], churned[fitted_on])
            probability[repetition, held_out] = model.predict_proba(frame.iloc[held_out])[:, 1]
    return probability


def figures_of(churned: NDArray, probability: NDArray, rounds: Rounds | None) -> dict[str, float]:
    """All figures; each is the mean over the folds (one holdout is one fold)."""
    parts = list(_parts(churned, probability, rounds))
    rows = [_figures(actual, predicted) for actual, predicted in parts]
    means = {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}
    # In a fold there are too few rows for a calibration curve: all rows of a repetition, then the mean.
    means["expected_calibration_error"] = float(
        np.mean([metrics.expected_calibration_error(churned, row) for row in probability])
    )
    means["roc_auc_fold_deviation"] = float(np.std([row["roc_auc"] for row in rows], ddof=1)) if len(rows) > 1 else 0.0
    return means


def roc_auc_by_weight(churned: NDArray, probability: NDArray) -> metrics.WeightedMetric:
    """ROC-AUC for given row weights, the mean over the repetitions."""
    each = [metrics.roc_auc_by_weight(churned, row) for row in probability]
    return lambda weight: float(np.mean([metric(weight) for metric in each]))


def _parts(churned: NDArray, probability: NDArray, rounds: Rounds | None) -> Iterator[tuple[NDArray, NDArray]]:
    if rounds is None:
        yield churned, probability[0]
        return
    for repetition, folds in enumerate(rounds):
        for _, held_out in folds:
            yield churned[held_out], probability[repetition, held_out]


def _figures(actual: NDArray, predicted: NDArray) -> dict[str, float]:
    return {
        "roc_auc": metrics.roc_auc(actual, predicted),
        "pr_auc": metrics.pr_auc(actual, predicted),
        "brier": metrics.brier(actual, predicted),
        "top_decile_lift": metrics.top_decile_lift(actual, predicted),
        "capture_at_20": metrics.capture_at(actual, predicted, 0.2),
        "level_ratio": metrics.level_ratio(actual, predicted),
        "actual_churn_rate": float(actual.mean()),
        "predicted_churn_rate": float(predicted.mean()),
    }
