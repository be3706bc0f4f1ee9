"""The dates that dated contracts are evaluated on: no window twice, no outcome before it is known, enough ends."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from ml.configuration import load_configuration
from ml.data.contracts import Contracts
from ml.jobs.contract_churn.configuration import ContractChurnConfiguration
from ml.jobs.contract_churn.holdout import Holdout, holdout_of
from ml.jobs.contract_churn.job import ContractChurnJob

pytestmark = pytest.mark.unit
HORIZON = timedelta(days=90)
NEWEST = pd.Timestamp("2025-04-02")


def contracts(ended_per_date: int, running_per_date: int = 150, date_count: int = 13) -> Contracts:
    """One holdout, and monthly dates from a horizon before it on."""
    days = [NEWEST, *(NEWEST - HORIZON - timedelta(days=30 * number) for number in range(date_count))]
    count = ended_per_date + running_per_date
    rows = pd.DataFrame(
        {
            "subscription_id": [f"s{number}" for number in range(count)] * len(days),
            "customer_id": [f"c{number}" for number in range(count)] * len(days),
            "as_of_date": np.repeat(days, count),
            "is_churned": ([True] * ended_per_date + [False] * running_per_date) * len(days),
            "tenure_months": 12.0,
        }
    )
    is_newest = rows["as_of_date"] == NEWEST
    return Contracts(
        source="units",
        as_of_date=(NEWEST + HORIZON).date(),
        horizon_days=90,
        design="snapshots",
        training=rows[~is_newest].reset_index(drop=True),
        evaluation=rows[is_newest].reset_index(drop=True),
        scoring=rows[is_newest],
        histories=rows.head(0),
    )


def found(given: Contracts) -> tuple[Holdout, list[pd.Timestamp]]:
    holdout = holdout_of(given, load_configuration(ContractChurnConfiguration, "contract_churn"))
    return holdout, [holdout.labelled["as_of_date"].iloc[held_out[0]] for _, held_out in holdout.rounds]


def test_one_date_is_enough_where_many_contracts_end() -> None:
    holdout, days = found(contracts(200))
    assert days == [NEWEST]
    assert holdout.words == "holdout 2025-04-02"


def test_earlier_dates_are_added_until_there_are_enough() -> None:
    assert len(found(contracts(60))[1]) == 3
    assert len(found(contracts(40))[1]) == 4
    assert len(found(contracts(10))[1]) == 4  # no more than four
    assert found(contracts(40))[0].words == "4 holdouts from 2024-07-06 to 2025-04-02"


def test_windows_do_not_overlap_and_no_model_knows_what_came_later() -> None:
    holdout, days = found(contracts(40))
    assert all(later - earlier >= HORIZON for earlier, later in pairwise(days))
    dates = holdout.labelled["as_of_date"]
    for (fitted_on, held_out), day in zip(holdout.rounds, days, strict=True):
        assert (dates.iloc[fitted_on] + HORIZON <= day).all()
        assert (dates.iloc[held_out] == day).all()
        assert holdout.labelled["is_churned"].iloc[fitted_on].sum() >= 25
    assert len(holdout.rows) == len(holdout.positions) == 4 * 190


def test_a_date_before_which_too_little_was_known_is_left_out() -> None:
    assert len(found(contracts(40, date_count=5))[1]) == 2
    assert len(found(contracts(40, date_count=1))[1]) == 1


def test_a_training_counts_the_ends_of_all_dates() -> None:
    """Fifteen ends on one date are too few to judge by, sixty on four are not."""
    job = ContractChurnJob(90)
    few = contracts(15)
    assert job.positives(job.evaluation_rows(few)).sum() == 60
    assert job.positives(few.evaluation).sum() == 15 < job.configuration.limits.minimum_class_count
    assert job.evaluated_on(few).startswith("4 holdouts from")
