"""Drift of features and scores: today's customers compared with those of the training of the model in service.

The reference is the scoring snapshot of the training's as-of date. The training rows are at least two horizons older,
and would have drifted by season on the first day; the gate evaluates that difference, on the holdout. The bins are
stored as a document in the MLflow run of the version, so that they are available after a rollback too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from ml.competition.results import Estimator
from ml.data.dated_rows import DatedRows, eligible
from ml.jobs.base import Job
from ml.watching.configuration import DriftConfiguration
from ml.watching.psi import Bins, fit_bins, psi, psi_by_chance

REFERENCE_DOCUMENT = "drift_reference.json"
SCORE = "(score)"


@dataclass(frozen=True)
class ColumnDrift:
    """Drift of one column in one comparison."""

    column_name: str
    psi: float | None
    watch_from: float | None
    drifted_from: float | None
    status: str  # ok, watch, drifted or too_few
    reference_row_count: int
    row_count: int


@dataclass(frozen=True)
class Drift:
    """Drift of all columns in one comparison."""

    reference_date: date
    columns: tuple[ColumnDrift, ...]


def reference_document(
    job: Job,
    estimator: Estimator,
    columns: tuple[str, ...],
    snapshots: DatedRows,
    configuration: DriftConfiguration,
) -> dict[str, object]:
    """Fit the bins of a version that was just trained; a document of plain values."""
    rows = eligible(snapshots.scoring)
    bins = {
        name: fit_bins(values, configuration.bin_count).as_dict()
        for name, values in _watched(job, estimator, columns, rows)
    }
    return {"reference_date": snapshots.as_of_date.isoformat(), "columns": bins}


def measure_drift(
    document: Mapping[str, Any],
    job: Job,
    estimator: Estimator | None,
    snapshots: DatedRows,
    configuration: DriftConfiguration,
) -> Drift:
    """Compare today's customers with a version's bins; features only, if there is no estimator."""
    stored = {name: Bins.from_dict(bins) for name, bins in document["columns"].items()}
    rows, known = eligible(snapshots.scoring), job.known_columns(snapshots)
    columns = tuple(name for name in stored if name in known)
    if set(stored) - set(columns) - {SCORE}:
        estimator = None  # a feature is missing, and without it there are no scores
    watched = [] if rows.empty else _watched(job, estimator, columns, rows)
    found = tuple(_compared(name, stored[name], values, configuration) for name, values in watched if name in stored)
    return Drift(date.fromisoformat(str(document["reference_date"])), found)


def _watched(
    job: Job, estimator: Estimator | None, columns: tuple[str, ...], rows: pd.DataFrame
) -> Iterator[tuple[str, pd.Series]]:
    features = job.features(rows, columns)
    yield from ((name, features[name]) for name in columns)
    if estimator is not None:
        scores = job.scores(estimator, features, rows.reset_index(drop=True))[job.score_column]
        yield SCORE, scores.astype(str if job.spec.scores.is_name else float)


def _compared(name: str, bins: Bins, values: pd.Series, configuration: DriftConfiguration) -> ColumnDrift:
    if min(bins.row_count, len(values)) < configuration.minimum_row_count:
        return ColumnDrift(name, None, None, None, "too_few", bins.row_count, len(values))
    found = psi(bins, values)
    chance = psi_by_chance(bins, len(values), configuration.chance_confidence)
    watch_from, drifted_from = max(configuration.watch_from, chance), max(configuration.drifted_from, chance)
    status = "drifted" if found >= drifted_from else "watch" if found >= watch_from else "ok"
    return ColumnDrift(name, found, watch_from, drifted_from, status, bins.row_count, len(values))
