"""The rows that candidates are evaluated on where ends carry dates: earlier dates too where one holds few ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.data.contracts import Contracts
from ml.jobs.contract_churn.configuration import ContractChurnConfiguration, Pooling


@dataclass(frozen=True)
class Holdout:
    """Dates at least a horizon apart, so that no end is counted twice.

    Attributes
    ----------
    labelled
        Training and evaluation rows.
    rounds
        Oldest date first: positions of the rows whose outcomes were known on the date, and of the rows of the date.
    """

    labelled: pd.DataFrame
    rounds: list[tuple[NDArray, NDArray]]

    @property
    def positions(self) -> NDArray:
        """Positions of the rows to evaluate on, shape (n_evaluated,), oldest date first."""
        return np.concatenate([held_out for _, held_out in self.rounds])

    @property
    def rows(self) -> pd.DataFrame:
        return self.labelled.iloc[self.positions].reset_index(drop=True)

    @property
    def words(self) -> str:
        """The dates in words."""
        days = [self.labelled["as_of_date"].iloc[held_out[0]].date() for _, held_out in self.rounds]
        return f"holdout {days[0]}" if len(days) == 1 else f"{len(days)} holdouts from {days[0]} to {days[-1]}"


def holdout_of(contracts: Contracts, configuration: ContractChurnConfiguration) -> Holdout:
    """The newest date, and earlier ones until enough contracts have ended and gone on."""
    labelled = pd.concat([contracts.training, contracts.evaluation], ignore_index=True)
    rounds = list(_rounds(labelled, contracts.horizon_days, configuration.pooling))
    return Holdout(labelled, rounds[::-1])


def _rounds(labelled: pd.DataFrame, horizon_days: int, settings: Pooling) -> Iterator[tuple[NDArray, NDArray]]:
    """Newest first; the newest date always, an earlier one only if models can learn from what was known on it."""
    dates, horizon = labelled["as_of_date"], timedelta(days=horizon_days)
    ended = labelled["is_churned"].to_numpy(dtype=bool)
    day, counts = dates.max(), np.zeros(2, dtype=int)
    for number in range(settings.maximum_date_count):
        fitted_on, held_out = np.flatnonzero(dates + horizon <= day), np.flatnonzero(dates == day)
        is_known = min(_classes(ended[fitted_on])) >= settings.minimum_class_count
        if number and not is_known:
            return
        yield fitted_on, held_out
        counts += _classes(ended[held_out])
        if min(counts) >= settings.enough_class_count or not len(fitted_on):
            return
        day = dates.iloc[fitted_on].max()


def _classes(ended: NDArray) -> NDArray:
    """How many contracts went on and how many ended, shape (2,)."""
    return np.bincount(ended.astype(int), minlength=2)
