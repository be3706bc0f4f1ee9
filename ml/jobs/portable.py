"""A registered model as `mlflow.pyfunc.load_model` gives it to others: published rows in, published scores out.

It prepares the rows as scoring does, by the code that was packed with it (`ml.tracking.packing`).
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd

from ml.competition.results import Estimator
from ml.environment import one_thread
from ml.jobs.base import Job
from ml.jobs.registry import load_job
from ml.jobs.score_frame import score_frame
from ml.tracking.packing import unpacked
from ml.tracking.signature import given_columns
from warehouse.base.rows import insert_frame
from warehouse.tables.own_tables import create_own_table, score_table

_DATE = "as_of_date"


def load_portable(folder: Path) -> PortableModel:
    """Load the model in a folder that `ml.tracking.packing.pack` wrote.

    Raises
    ------
    ModelUnavailable
        If a file is missing, damaged or holds foreign types.
    """
    estimator, packed = unpacked(folder)
    job = load_job(packed.job)
    job.horizon_days = packed.horizon_days
    return PortableModel(job, estimator, packed.columns)


class PortableModel:
    """An estimator with what its job does before and after it.

    Parameters
    ----------
    columns
        The features of the estimator.
    """

    def __init__(self, job: Job, estimator: Estimator, columns: tuple[str, ...]) -> None:
        self.job = job
        self.estimator = estimator
        self.columns = columns

    def predict(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The rows of the score table without their origin and reasons.

        Parameters
        ----------
        rows
            Rows of the job's features mart as published, of one date or of several. What is told by comparison, such
            as tiers of value, is told among the rows of a date that are given.

        Returns
        -------
        DataFrame
            Keys, `as_of_date`, scores, `status` and `reason`: one row per row, in their order, with their index.
        """
        # In the order in which the pipeline scores: sums do not depend on where a row stands.
        given = rows.reset_index(drop=True).sort_values([_DATE, *self.job.key_columns], kind="stable")
        with one_thread():
            frames = [
                score_frame(self.job, of_date, self.estimator, self.columns).assign(**{_DATE: day})
                for day, of_date in given.groupby(_DATE, sort=True)
            ]
        frame = pd.concat(frames) if frames else pd.DataFrame(index=given.index)
        return _as_published(self.job, frame).set_axis(frame.index).sort_index().set_axis(rows.index)


def _as_published(job: Job, frame: pd.DataFrame) -> pd.DataFrame:
    """The rows in the types of the score table, in which amounts are in cents."""
    table = score_table(job.spec)
    with duckdb.connect() as connection:
        connection.execute("create schema scores")
        create_own_table(connection, table)
        origin = {"model_name": job.model_name, "scored_at": pd.Timestamp(0)}
        insert_frame(connection, f"scores.{table.name}", frame.assign(**origin))
        return connection.execute(f"select {', '.join(given_columns(job.spec))} from scores.{table.name}").df()
