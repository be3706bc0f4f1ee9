"""What every job offers to training and scoring."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import date

import pandas as pd
from sklearn.base import BaseEstimator

from ml.competition import Competition
from ml.features import model_frame
from ml.fingerprint import data_fingerprint
from ml.snapshots import Snapshots, read_scoring_rows, read_snapshots
from warehouse.settings import Settings


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
    prediction_method
        What MLflow's generic interface calls on the served estimator.
    key_columns
        What a row of the score table is about, besides date and model; a job about customers scores all of them.
    """

    name: str
    model_name: str
    score_table: str
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

    @abstractmethod
    def check(self, snapshots: Snapshots) -> None:
        """Raise Refused, with a reason for people, if the data do not allow a model."""

    @abstractmethod
    def input_columns(self, snapshots: Snapshots) -> tuple[str, ...]:
        """The features a model trained on these data would take."""

    @abstractmethod
    def compete(self, snapshots: Snapshots, champion: BaseEstimator | None) -> Competition:
        """Fit every candidate, judge them on the holdout beside the champion, and decide."""

    @abstractmethod
    def scores(self, estimator: BaseEstimator, features: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
        """The job's own columns of the score table, one row per row of `features`, in their order."""

    def unscored(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The job's columns that are known without a model (historic spend, for example)."""
        return pd.DataFrame(index=rows.index)


JOB_NAMES = ("segmentation", "churn", "clv", "contract_churn")


def load_job(name: str, *, churn_horizon_days: int, clv_horizon_days: int) -> Job:
    """Make a job by its name; what it needs is imported only then."""
    if name == "churn":
        from ml.churn import ChurnJob

        return ChurnJob(churn_horizon_days)
    if name == "clv":
        from ml.lifetime_value import LifetimeValueJob

        return LifetimeValueJob(clv_horizon_days)
    if name == "segmentation":
        from ml.segmentation.job import SegmentationJob

        return SegmentationJob()
    if name == "contract_churn":
        from ml.contract_churn.job import ContractChurnJob

        return ContractChurnJob(churn_horizon_days)
    raise ValueError(f"unknown job {name!r}: use one of {', '.join(JOB_NAMES)}")
