"""What every job offers to training and scoring."""

from __future__ import annotations

from abc import ABC, abstractmethod

import pandas as pd
from sklearn.base import BaseEstimator

from ml.competition import Competition
from ml.snapshots import Snapshots


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
    """

    name: str
    model_name: str
    score_table: str
    prediction_method = "predict"
    retrain_after_days: int
    random_seed: int
    maximum_training_row_count: int | None = None

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


JOB_NAMES = ("segmentation", "churn", "clv")


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
    raise ValueError(f"unknown job {name!r}: use one of {', '.join(JOB_NAMES)}")
