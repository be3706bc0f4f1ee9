"""A history that is too short is refused with what is missing, and with the date from which it will do."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import pytest

from ml.competition.results import Refused
from ml.data.contracts import Contracts
from ml.data.history import ShortHistory
from ml.data.snapshots import Snapshots
from ml.jobs.contract_churn.job import ContractChurnJob
from ml.jobs.registry import load_job
from tests.ml.jobs import job_at

from .synthetic_shop import AS_OF_DATE, HORIZON_DAYS, shop_snapshots


@pytest.fixture(scope="module")
def begun_late() -> Snapshots:
    """The first customer came 300 days before the run's date: nobody could be learned from or judged on."""
    snapshots = shop_snapshots()
    scoring = snapshots.scoring.assign(first_order_date=pd.Timestamp(AS_OF_DATE - timedelta(days=300)))
    return replace(
        snapshots, training=snapshots.training.iloc[:0], evaluation=snapshots.evaluation.iloc[:0], scoring=scoring
    )


@pytest.mark.parametrize("job", ["churn", "clv"])
def test_what_is_missing_is_told(begun_late: Snapshots, job: str) -> None:
    """180 days to look back on, 90 to the date judged on, 90 to the run: 360, of which there are 300."""
    with pytest.raises(Refused) as refusal:
        job_at(job, HORIZON_DAYS).check(begun_late)
    assert str(refusal.value) == (
        f"The history is too short: orders reach back 300 days before {AS_OF_DATE}, 60 days fewer than needed "
        f"(180 to look back on and 180 for outcomes to be known). It will work as of {AS_OF_DATE + timedelta(days=60)}."
    )


def test_a_longer_horizon_needs_its_own_days(begun_late: Snapshots) -> None:
    """It is judged 365 days back, 180 of history before that: 545, of which there are 300."""
    with pytest.raises(
        Refused, match=r"too short for 365 days: models would be evaluated on 2024-07-01.* 245 days fewer"
    ):
        load_job("clv_365d").check(replace(begun_late, clv_horizon_days=365))


def test_guests_who_came_before_the_first_customer_are_history_too(begun_late: Snapshots) -> None:
    """The shop is old enough; of the first customer more than nothing must be known 180 days before the run."""
    scoring = begun_late.scoring.assign(first_order_date=pd.Timestamp(AS_OF_DATE - timedelta(days=100)))
    known = replace(begun_late, scoring=scoring, history_began_on=AS_OF_DATE - timedelta(days=1000))
    works_from = AS_OF_DATE + timedelta(days=81)
    with pytest.raises(Refused, match=f"100 days before .* 81 days fewer .* It will work as of {works_from}"):
        job_at("churn", HORIZON_DAYS).check(known)


def test_contracts_are_told_theirs() -> None:
    running = pd.DataFrame({"subscription_id": range(500), "is_eligible": True})
    contracts = Contracts(
        source="shop",
        as_of_date=AS_OF_DATE,
        horizon_days=HORIZON_DAYS,
        design="snapshots",
        training=running.head(0),
        evaluation=running.head(0),
        scoring=running,
        histories=running,
        history_began_on=date(2025, 1, 2),
        first_started_on=date(2025, 1, 2),
    )
    with pytest.raises(
        Refused, match=r"contracts reach back 180 days .* 180 days fewer .* It will work as of 2025-12-28"
    ):
        ContractChurnJob(HORIZON_DAYS).check(contracts)


def test_a_history_that_is_long_enough_is_not_said_to_lack_days() -> None:
    words = ShortHistory(AS_OF_DATE, date(2020, 1, 1), date(2020, 1, 1), 180).words("orders", "training")
    assert "fewer" not in words
