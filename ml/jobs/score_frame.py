"""Rows of a features mart → rows of a job's score table: in the pipeline and wherever a registered model is loaded."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from ml.competition.results import Estimator
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
    ineligible_rows = unscored_rows(job, others).assign(status="not_eligible", reason=others.get("ineligible_reason"))
    lacking = job.refusals(eligible_rows, columns).dropna()
    incomplete = unscored_rows(job, eligible_rows.loc[lacking.index]).assign(status="refused", reason=lacking)
    eligible_rows = eligible_rows.drop(index=lacking.index)
    if estimator is None:
        scored = unscored_rows(job, eligible_rows).assign(status="refused", reason=refusal)
    elif eligible_rows.empty:
        scored = unscored_rows(job, eligible_rows).assign(status="scored", reason=None)
    else:
        features = job.features(eligible_rows, columns)
        scored = job.scores(estimator, features, eligible_rows).assign(
            **{name: eligible_rows[name] for name in job.key_columns}, status="scored", reason=None
        )
        if explain is not None:
            scored = scored.join(explain(features, eligible_rows.index))
    parts = [part for part in (scored, incomplete, ineligible_rows) if len(part)]
    return pd.concat(parts).loc[rows.index] if parts else scored


def unscored_rows(job: Job, rows: pd.DataFrame) -> pd.DataFrame:
    """What needs no model, with the key columns; one row per row."""
    return job.unscored(rows).assign(**{name: rows[name] for name in job.key_columns})
