"""The interface of jobs with a model, as training and scoring use it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Generic, TypeVar

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.competition.results import Candidate, Competition, Model
from ml.data.dated_rows import DatedRows
from ml.data.features import model_frame
from ml.data.fingerprint import data_fingerprint
from ml.data.snapshots import read_scoring_rows, read_snapshots
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


_SELECTED_SHARE = 0.1

Rows = TypeVar("Rows", bound=DatedRows)


class Job(DeclaredJob, ABC, Generic[Rows, Model]):
    """A question about customers that models compete to answer.

    Attributes
    ----------
    baseline_names
        The rules of every competition; empty where none of them is ever a champion to compete with.
    subject
        The mart of the features, whose declarations have the rules for missing values and outliers.
    prediction_method
        The method of an estimator that gives what is evaluated: amounts, probabilities or groups.
    columns_by_comparison
        The columns of the score table that a row alone does not tell, but all rows of the date.
    """

    configuration: JobConfiguration
    baseline_names: frozenset[str] = frozenset()
    subject: Subject = "customers"
    prediction_method = "predict"
    columns_by_comparison: frozenset[str] = frozenset()

    # ---- words ----

    def purpose(self, fingerprint: Mapping[str, str]) -> str:
        """What the score means, for model cards and MLflow."""
        return self.spec.question.format(horizon_days=self.horizon_days)

    def protocol(self, fingerprint: Mapping[str, str], evaluated_on: str) -> str:
        """How the model was fitted and evaluated, for model cards and MLflow."""
        return card_texts.protocol(self.spec.rows, self.horizon_days, fingerprint)

    def limits(self, fingerprint: Mapping[str, str]) -> tuple[str, ...]:
        """The limits of the model, for model cards."""
        return (*self.spec.limits, card_texts.COMMON_LIMIT)

    # ---- reading ----

    def read_levels(
        self, connection: duckdb.DuckDBPyConnection, as_of_date: date, definitions: Definitions
    ) -> pd.DataFrame | None:
        """Read outcomes over the whole history, from which a job learns the season; None for a job that does not."""
        return None

    def read_training(self, file: BuildFile, as_of_date: date, definitions: Definitions) -> Rows:
        """Read the rows on which the job is trained, evaluated and scored."""
        return read_snapshots(  # pyrefly: ignore[bad-return] (a job about something else reads its own rows)
            file,
            as_of_date,
            churn_horizon_days=definitions.churn_horizon_days,
            clv_horizon_days=definitions.clv_horizon_days,
            maximum_training_row_count=self.maximum_training_row_count,
            maximum_snapshot_row_count=self.maximum_snapshot_row_count,
            read_levels=partial(self.read_levels, as_of_date=as_of_date, definitions=definitions),
        )

    def read_scoring(self, file: BuildFile, as_of_date: date) -> pd.DataFrame:
        """Read the features, never labels: one row per row of the score table."""
        return read_scoring_rows(file, as_of_date)

    def history_definitions(self, definitions: Definitions) -> Definitions:
        """The definitions with which a backtest builds the job's history: its horizon decides the snapshot dates."""
        return definitions

    def fingerprint(self, snapshots: Rows) -> dict[str, str]:
        """A fingerprint of the data of a training: it changes when the data do."""
        return data_fingerprint(snapshots)

    def features(self, rows: pd.DataFrame, columns: tuple[str, ...]) -> pd.DataFrame:
        """Convert rows to the model frame of the job, one row per row."""
        return model_frame(rows, columns)

    def known_columns(self, snapshots: Rows) -> set[str]:
        """The names of all features in the data, useful or not."""
        return set(snapshots.scoring.columns)

    def evaluation_rows(self, snapshots: Rows) -> pd.DataFrame | None:
        """The rows that candidates are evaluated on, in the order of their predictions, with columns for groups.

        None for a job that predicts no outcome.
        """
        return None

    def evaluated_on(self, snapshots: Rows) -> str:
        """The data that candidates were evaluated on, in words for titles."""
        return f"holdout {snapshots.evaluation_date}"

    def selected(self, rows: pd.DataFrame, predicted: NDArray) -> NDArray:
        """Mask of the rows one would act on, shape (n_rows,); by default the tenth with the highest predictions."""
        return predicted >= np.quantile(predicted, 1 - _SELECTED_SHARE)

    def strata(self, rows: pd.DataFrame) -> pd.Series | None:
        """Stratum of each evaluated row, for figures by stratum, named after what it is; None: the RFM segment."""
        return None

    def monitoring(self) -> Monitoring | None:
        """How scores are compared with outcomes; None for a job without outcomes."""
        return None

    @property
    def retrain_after_days(self) -> int:
        """The age from which a model is trained again."""
        return self.configuration.retrain_after_days

    @property
    def random_seed(self) -> int:
        """The seed of all random steps of the job."""
        return self.configuration.random_seed

    @property
    def maximum_training_row_count(self) -> int | None:
        """The maximum number of training rows that are read; None: all."""
        return None

    @property
    def maximum_snapshot_row_count(self) -> int | None:
        """The maximum number of rows that a training reads of the holdout, and as many of the as-of date; None: all."""
        return None

    @property
    def resamples(self) -> Resamples:
        """The settings of the bootstrap."""
        bootstrap = self.configuration.bootstrap
        return Resamples(bootstrap.repetition_count, bootstrap.confidence, self.random_seed)

    @abstractmethod
    def check(self, snapshots: Rows) -> None:
        """Raise Refused, with a reason for users, if the data do not allow a model."""

    @abstractmethod
    def input_columns(self, snapshots: Rows) -> tuple[str, ...]:
        """The features that a model trained on these data would take."""

    @abstractmethod
    def compete(self, snapshots: Rows, champion: Candidate[Model] | None) -> Competition[Model]:
        """Fit every candidate, evaluate them on the holdout, compare them with the champion, and decide."""

    @abstractmethod
    def scores(self, estimator: Model, features: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
        """The job's own columns of the score table, one row per row of `features`, with the index of `rows`."""

    def refusals(self, rows: pd.DataFrame, columns: tuple[str, ...]) -> pd.Series:
        """Why a model that takes these features cannot score each row; null where it can."""
        return refusals(rows, columns, self.subject)

    def changed_values(self, estimator: Model, features: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
        """The values that the estimator's treatment changes; as `ml.treatment.served.changes_under`.

        Parameters
        ----------
        features, rows
            As in `scores`.
        """
        return changes_under(estimator, features, self.score_column)

    def unscored(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The job's own columns that need no model (historic spend, for example), one row per row."""
        return pd.DataFrame(index=rows.index)
