"""Rows of a features mart → rows of a job's score table: in the pipeline and wherever a registered model is loaded."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from ml.competition.results import Estimator
from ml.contributions.background import FEW_ROWS, Background
from ml.data.dated_rows import eligible
from ml.jobs.base import Job

# (features of the scored rows, their index) → further columns with that index.
Explain = Callable[[pd.DataFrame, pd.Index], pd.DataFrame]


def score_frame(
    job: Job,
    rows: pd.DataFrame,
    estimator: Estimator | None,
    columns: tuple[str, ...],
    *,
    refusal: str | None = None,
    explain: Explain | None = None,
) -> pd.DataFrame:
    """Score rows of a features mart of one date, one row per row, with their index.

    Parameters
    ----------
    columns
        The features of the estimator.
    refusal
        Why there is no estimator: the rows then have the reason.
    explain
        Makes the columns that explain the scores; by default there are none.

    Returns
    -------
    DataFrame
        Key columns, own columns of the score table, `status` and `reason`.
    """
    eligible_rows = eligible(rows)
    others = rows.drop(index=eligible_rows.index)
    lacking = job.refusals(eligible_rows, columns).dropna()
    complete = eligible_rows.drop(index=lacking.index)
    without: list[tuple[pd.DataFrame, str, pd.Series | str | None]] = [
        (eligible_rows.loc[lacking.index], "refused", lacking),
        (others, "not_eligible", others.get("ineligible_reason")),
    ]
    if estimator is None:
        without.insert(0, (complete, "refused", refusal))
    parts = [_unscored(job, part, status, reason) for part, status, reason in without if len(part)]
    if estimator is not None and len(complete):
        parts.insert(0, _scored(job, complete, estimator, columns, explain))
    return pd.concat(parts).loc[rows.index] if parts else _unscored(job, rows, "scored", None)


def _scored(
    job: Job, rows: pd.DataFrame, estimator: Estimator, columns: tuple[str, ...], explain: Explain | None
) -> pd.DataFrame:
    features = job.features(rows, columns)
    if len(features) <= FEW_ROWS:
        features = Background(features)  # each model inside is asked once
    scored = job.scores(estimator, features, rows).assign(
        **{name: rows[name] for name in job.key_columns}, status="scored", reason=None
    )
    return scored if explain is None else scored.join(explain(features, rows.index))


def _unscored(job: Job, rows: pd.DataFrame, status: str, reason: pd.Series | str | None) -> pd.DataFrame:
    return unscored_rows(job, rows).assign(status=status, reason=reason)


def unscored_rows(job: Job, rows: pd.DataFrame) -> pd.DataFrame:
    """What needs no model, with the key columns; one row per row."""
    return job.unscored(rows).assign(**{name: rows[name] for name in job.key_columns})
