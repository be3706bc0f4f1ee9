"""The rows of `scores.feature_treatments`: values of features that a model's treatment changed."""

from __future__ import annotations

import pandas as pd

from ml.competition.results import Estimator
from ml.data.dated_rows import eligible
from ml.jobs.base import Job
from ml.treatment.served import joined


def treated_values(job: Job, estimator: Estimator | None, columns: tuple[str, ...], rows: pd.DataFrame) -> pd.DataFrame:
    """One row per changed value of the customers (or contracts) that the estimator scores.

    Parameters
    ----------
    estimator
        None if no model serves; then there are no rows.
    columns
        The features of the estimator.
    rows
        Rows of the features mart of one date.

    Returns
    -------
    DataFrame
        The job's key columns, `score_column`, `column_name`, `rule`, `original_value`, `used_value`; sorted by them.
    """
    eligible_rows = eligible(rows) if estimator is not None else rows.head(0)
    eligible_rows = eligible_rows[job.refusals(eligible_rows, columns).isna()]
    changed = (
        joined([])
        if eligible_rows.empty
        else job.changed_values(estimator, job.features(eligible_rows, columns), eligible_rows)
    )
    keys = eligible_rows[list(job.key_columns)].iloc[changed.pop("row").astype(int)].reset_index(drop=True)
    order = [*job.key_columns, "score_column", "column_name"]
    return keys.join(changed.reset_index(drop=True)).sort_values(order, ignore_index=True)
