"""What every job offers to training and scoring."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.competition.results import Competition, Model
from ml.data.features import model_frame
from ml.data.fingerprint import data_fingerprint
from ml.data.snapshots import DatedRows, read_scoring_rows, read_snapshots
from ml.evaluation.bootstrap import Resamples
from ml.jobs import card_texts
from ml.jobs.declared import DeclaredJob
from ml.jobs.monitoring import Monitoring
from ml.treatment.rows import refusals
from ml.treatment.served import changes_under
from warehouse.base.build_file import BuildFile
from warehouse.base.definitions import Definitions
from warehouse.tables.features import Subject

if TYPE_CHECKING:
    from ml.jobs.configuration import JobConfiguration


_PICKED_OUT_SHARE = 0.1

Rows = TypeVar("Rows", bound=DatedRows)


class Job(DeclaredJob, ABC, Generic[Rows, Model]):
    """A question to the customers' data that models compete to answer.

    Attributes
    ----------
    subject
        Whose rules for missing values and outliers the features go by.
    prediction_method
        What MLflow's generic interface calls on the served estimator.
    """

    configuration: JobConfiguration
    subject: Subject = "customers"
    prediction_method = "predict"

    # ---- words ----

    def purpose(self, fingerprint: Mapping[str, str]) -> str:
        """What the score is."""
        return self.spec.question.format(horizon_days=self.horizon_days)

    def protocol(self, fingerprint: Mapping[str, str], judged_on: str) -> str:
        """How the model was fitted and judged."""
        return card_texts.protocol(self.spec.rows, self.horizon_days, fingerprint)

    def limits(self, fingerprint: Mapping[str, str]) -> tuple[str, ...]:
        """What the model cannot do."""
        return (*self.spec.limits, card_texts.COMMON_LIMIT)

    # ---- reading ----

    def read_training(self, file: BuildFile, as_of_date: date, definitions: Definitions) -> Rows:
        """Read what the job learns from and is judged on."""
        return read_snapshots(  # pyrefly: ignore[bad-return] (a job about something else reads its own rows)
            file,
            as_of_date,
            churn_horizon_days=definitions.churn_horizon_days,
            clv_horizon_days=definitions.clv_horizon_days,
            maximum_training_row_count=self.maximum_training_row_count,
        )

    def read_scoring(self, file: BuildFile, as_of_date: date) -> pd.DataFrame:
        """Read the features of everything that gets a row in the score table; never labels."""
        return read_scoring_rows(file, as_of_date)

    def history_definitions(self, definitions: Definitions) -> Definitions:
        """The definitions by which a backtest builds the job's history: snapshots as far apart as it looks ahead."""
        return definitions

    def fingerprint(self, snapshots: Rows) -> dict[str, str]:
        """What the models were made from, in a few values that differ when the data do."""
        return data_fingerprint(snapshots)

    def features(self, rows: pd.DataFrame, columns: tuple[str, ...]) -> pd.DataFrame:
        """Bring rows into the form the job's models take."""
        return model_frame(rows, columns)

    def known_columns(self, snapshots: Rows) -> set[str]:
        """The features there are, whether or not they are of use."""
        return set(snapshots.scoring.columns)

    def judged_rows(self, snapshots: Rows) -> pd.DataFrame | None:
        """The rows that the results' predictions are about, in their order, with the groups that are known of them.

        None for a job that predicts no outcome.
        """
        return None

    def judged_on(self, snapshots: Rows) -> str:
        """What the candidates were judged on, for titles."""
        return f"holdout {snapshots.evaluation_date}"

    def picked_out(self, rows: pd.DataFrame, predicted: NDArray) -> NDArray:
        """Whom one would act on, for figures by group: the upper tenth, where a job has no bands of its own."""
        return predicted >= np.quantile(predicted, 1 - _PICKED_OUT_SHARE)

    def strata(self, rows: pd.DataFrame) -> pd.Series | None:
        """Kind of each judged row, for figures by kind; the name of the series says what kind. None: RFM segments."""
        return None

    def monitoring(self) -> Monitoring | None:
        """How its scores are held against what happened; None where nothing matures."""
        return None

    @property
    def retrain_after_days(self) -> int:
        """How old a model may become."""
        return self.configuration.retrain_after_days

    @property
    def random_seed(self) -> int:
        """The seed of everything that is random in the job."""
        return self.configuration.random_seed

    @property
    def maximum_training_row_count(self) -> int | None:
        """How many training rows are read at most; None: all."""
        return None

    @property
    def resamples(self) -> Resamples:
        """How figures of its models are resampled."""
        bootstrap = self.configuration.bootstrap
        return Resamples(bootstrap.repetition_count, bootstrap.confidence, self.random_seed)

    @abstractmethod
    def check(self, snapshots: Rows) -> None:
        """Raise Refused, with a reason for people, if the data do not allow a model."""

    @abstractmethod
    def input_columns(self, snapshots: Rows) -> tuple[str, ...]:
        """The features a model trained on these data would take."""

    @abstractmethod
    def compete(self, snapshots: Rows, champion: Model | None) -> Competition[Model]:
        """Fit every candidate, judge them on the holdout beside the champion, and decide."""

    @abstractmethod
    def scores(self, estimator: Model, features: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
        """The job's own columns of the score table, one row per row of `features`, in their order."""

    def refusals(self, rows: pd.DataFrame, columns: tuple[str, ...]) -> pd.Series:
        """Why a model that takes these features cannot speak about each row; null where it can."""
        return refusals(rows, columns, self.subject)

    def changed_values(self, estimator: Model, features: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
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
