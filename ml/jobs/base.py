"""What every job offers to training and scoring."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd
from sklearn.base import BaseEstimator

from ml.competition.results import Competition
from ml.data.features import model_frame
from ml.data.fingerprint import data_fingerprint
from ml.data.snapshots import Snapshots, read_scoring_rows, read_snapshots
from ml.treatment.configuration import Subject
from ml.treatment.rows import refusals
from ml.treatment.served import changes_under
from warehouse.base.settings import Settings

if TYPE_CHECKING:
    import duckdb

    from ml.tracking import Recorded


class Job(ABC):
    """A question to the customers' data that models compete to answer.

    Attributes
    ----------
    name
        As on the command line.
    model_name
        Experiment and registered model in MLflow, and `model_name` in the score table.
    score_table
        Table of the schema `scores`.
    score_column
        The column of that table that everything else is about.
    subject
        Whose rules for missing values and outliers the features go by.
    prediction_method
        What MLflow's generic interface calls on the served estimator.
    key_columns
        What a row of the score table is about, besides date and model; a job about customers scores all of them.
    """

    name: str
    model_name: str
    score_table: str
    score_column: str
    subject: Subject = "customers"
    prediction_method = "predict"
    key_columns: tuple[str, ...] = ("customer_id",)
    retrain_after_days: int
    random_seed: int
    maximum_training_row_count: int | None = None

    def read_training(
        self, settings: Settings, source: str, as_of_date: date, horizons: Mapping[str, int]
    ) -> Snapshots:
        """Read what the job learns from and is judged on."""
        return read_snapshots(
            settings, source, as_of_date, **horizons, maximum_training_row_count=self.maximum_training_row_count
        )

    def read_scoring(self, settings: Settings, source: str, as_of_date: date) -> pd.DataFrame:
        """Read the features of everything that gets a row in the score table; never labels."""
        return read_scoring_rows(settings, source, as_of_date)

    def fingerprint(self, snapshots: Snapshots) -> dict[str, str]:
        """What the models were made from, in a few values that differ when the data do."""
        return data_fingerprint(snapshots)

    def features(self, rows: pd.DataFrame, columns: tuple[str, ...]) -> pd.DataFrame:
        """Bring rows into the form the job's models take."""
        return model_frame(rows, columns)

    def known_columns(self, snapshots: Snapshots) -> set[str]:
        """The features there are, whether or not they are of use."""
        return set(snapshots.scoring.columns)

    def judged_rows(self, snapshots: Snapshots) -> pd.DataFrame | None:
        """The rows that the results' predictions are about, in their order, with the groups that are known of them.

        None for a job that predicts no outcome.
        """
        return None

    def judged_on(self, snapshots: Snapshots) -> str:
        """What the candidates were judged on, for titles."""
        return f"holdout {snapshots.evaluation_date}"

    def kinds(self, rows: pd.DataFrame) -> pd.Series | None:
        """Kind of each judged row, for figures by kind; the name of the series says what kind. None: RFM segments."""
        return None

    @abstractmethod
    def check(self, snapshots: Snapshots) -> None:
        """Raise Refused, with a reason for people, if the data do not allow a model."""

    @abstractmethod
    def input_columns(self, snapshots: Snapshots) -> tuple[str, ...]:
        """The features a model trained on these data would take."""

    @abstractmethod
    def compete(self, snapshots: Snapshots, champion: BaseEstimator | None) -> Competition:
        """Fit every candidate, judge them on the holdout beside the champion, and decide."""

    def write_beside_decision(  # noqa: B027 - a job that has nothing more to write leaves it as it is
        self,
        connection: duckdb.DuckDBPyConnection,
        competition: Competition,
        recorded: Recorded,
        pipeline_run_id: str | None,
    ) -> None:
        """Write down what a training decided beside who serves, in the transaction of that; nothing for most jobs."""

    @abstractmethod
    def scores(self, estimator: BaseEstimator, features: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
        """The job's own columns of the score table, one row per row of `features`, in their order."""

    def refusals(self, rows: pd.DataFrame, columns: tuple[str, ...]) -> pd.Series:
        """Why a model that takes these features cannot speak about each row; null where it can."""
        return refusals(rows, columns, self.subject)

    def changed_values(self, estimator: BaseEstimator, features: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
        """Values that the estimator sees otherwise than the marts have them; as `ml.treatment.served.changes_under`.

        Parameters
        ----------
        features, rows
            What `scores` gets.
        """
        return changes_under(estimator, features, self.score_column)

    def unscored(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The job's columns that are known without a model (historic spend, for example)."""
        return pd.DataFrame(index=rows.index)
