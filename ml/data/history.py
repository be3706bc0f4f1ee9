"""How much history training needs, and from which run date a history that is too short will be enough."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from warehouse.base.definitions import load_definitions


@dataclass(frozen=True)
class ShortHistory:
    """A history without a date to train on, or without one to evaluate on.

    Attributes
    ----------
    as_of_date
        The run's date.
    began_on
        The first day with data; there must be `minimum_history_days` between it and the snapshot.
    first_subject_on
        The first day of a customer, or of a contract; the snapshot must lie after that day.
    days_back
        Days from the snapshot to the run's date that are needed for outcomes to be known.
    """

    as_of_date: date
    began_on: date
    first_subject_on: date
    days_back: int

    @property
    def works_from(self) -> date:
        """The first run date whose history is long enough."""
        begun = self.began_on + timedelta(days=load_definitions().minimum_history_days)
        return max(begun, self.first_subject_on + timedelta(days=1)) + timedelta(days=self.days_back)

    def words(self, what: str, role: str) -> str:
        """The reason for a refusal: how much history there is, how much is missing, and when it will be enough."""
        reach = f"{what} reach back {(self.as_of_date - self.first_subject_on).days} days before {self.as_of_date}"
        missing = (self.works_from - self.as_of_date).days
        if missing <= 0:
            return f"{reach}, and yet no {role} snapshot has known outcomes."
        return (
            f"{reach}, {missing} days fewer than needed ({load_definitions().minimum_history_days} to look back on and "
            f"{self.days_back} for outcomes to be known). It will work as of {self.works_from}."
        )


def first_day(stamps: pd.Series) -> date:
    """The earliest day in a column of dates."""
    return pd.to_datetime(stamps).min().date()
