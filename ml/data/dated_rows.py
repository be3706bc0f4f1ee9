"""Rows of several dates for training, evaluation and scoring, with the guard against leaks."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Self

import pandas as pd

from warehouse.base.errors import ClienteleError


class LeakError(ClienteleError):
    """A training row depends on something that happened after the evaluation date."""


@dataclass(frozen=True, kw_only=True)
class DatedRows(ABC):
    """What a job learns from: rows of one or more dates each, which the column `as_of_date` names.

    Rows are sorted by key: their order in the file does not matter.

    Attributes
    ----------
    training, evaluation
        Features and labels; the candidates are compared on the rows of `evaluation`, the holdout, which have one date.
    scoring
        Features at the as-of date.
    history_began_on
        The first day with data; None if it is known from the rows only.
    personal_features
        Traits of a person that models may use.
    """

    source: str
    as_of_date: date
    training: pd.DataFrame
    evaluation: pd.DataFrame
    scoring: pd.DataFrame
    history_began_on: date | None = None
    personal_features: frozenset[str] = frozenset()

    @property
    def evaluation_date(self) -> date | None:
        """The date of the holdout; None where there is none."""
        return None if self.evaluation.empty else self.evaluation["as_of_date"].iloc[0].date()

    @property
    def training_dates(self) -> list[date]:
        """The dates of the training rows, oldest first."""
        return sorted(stamp.date() for stamp in self.training["as_of_date"].unique())

    def with_known_outcomes(self) -> Self:
        """The rows for fitting what serves from the as-of date on: the outcomes of the holdout are known by then.

        Without training rows candidates learn from the holdout already, and nothing is added.
        """
        if self.training.empty:
            return self
        return replace(self, training=pd.concat([self.training, self.evaluation], ignore_index=True))

    @property
    @abstractmethod
    def label_horizon_days(self) -> int:
        """Days after a row's date that its label may depend on."""


def eligible(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with `is_eligible`, which models may score; their index is kept."""
    return rows[rows["is_eligible"].fillna(False).astype(bool)]


def check_no_leak(snapshots: DatedRows) -> None:
    """Raise LeakError if labels of the holdout reach beyond the as-of date, or training labels beyond the holdout."""
    horizon = timedelta(days=snapshots.label_horizon_days)
    evaluation_date = snapshots.evaluation_date
    if evaluation_date is not None and evaluation_date + horizon > snapshots.as_of_date:
        raise LeakError(
            f"The evaluation labels of {evaluation_date} reach beyond {snapshots.as_of_date}.",
            "Check the snapshot dates and horizons in dbt_project.yml.",
        )
    latest_cutoff = evaluation_date or snapshots.as_of_date
    late = [day for day in snapshots.training_dates if day + horizon > latest_cutoff]
    if late:
        raise LeakError(
            f"Training labels of {late[-1]} reach beyond the evaluation date {latest_cutoff}.",
            "Check the snapshot dates and horizons in dbt_project.yml.",
        )
