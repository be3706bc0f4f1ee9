"""Contracts against a plain ledger of them: how long they were there, and what they cost on a day that has passed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from contract_ledger import Contract, plus_months, whole_months
from contract_shop import AS_OF_DATE, EARLIER_DATE, EXPORT_DAYS, build, drawn, fill
from dbt_build_file import BuildFile

# What arrives from this day on must not change features of it or of earlier dates.
CUT = date(2025, 1, 15)
TERMS = "plan_name, monthly_amount::integer, term_months"


@pytest.fixture
def shop(contract_shop: BuildFile) -> BuildFile:
    return contract_shop


def features(shop: BuildFile) -> dict[tuple[str, date], tuple[Any, ...]]:
    rows = shop.query(f"select subscription_id, as_of_date, {TERMS} from marts.subscription_features")
    return {(contract, day): tuple(terms) for contract, day, *terms in rows}


def ledger(contract: Contract, day: date) -> tuple[Any, ...]:
    return tuple((contract.state_before(day) or {}).values())


def of_kind(shop: BuildFile, contracts: list[Contract]) -> Iterator[tuple[Contract, date, tuple[Any, ...]]]:
    by_id = {contract.subscription_id: contract for contract in contracts}
    for (subscription_id, day), terms in features(shop).items():
        if subscription_id in by_id:
            yield by_id[subscription_id], day, terms


def test_a_logged_change_holds_from_its_day_on_and_never_before(shop: BuildFile) -> None:
    """Before the first change nothing is known, if no export was taken then: it may have been anything."""
    told = unknown = 0
    for contract, day, terms in of_kind(shop, drawn()[0]):
        if terms[0] is None:
            first_change = sorted(contract.states)[1]
            assert day <= first_change < min(export for export in EXPORT_DAYS if export > contract.started)
            assert terms == (None, None, contract.states[contract.started]["term_months"])
            unknown += 1
        else:
            assert terms == ledger(contract, day), (contract, day)
            told += len({day for day in contract.states if day < AS_OF_DATE}) > 1
    assert told > 100
    assert unknown > 10


def test_without_a_log_the_latest_export_before_the_date_tells_or_else_the_first(shop: BuildFile) -> None:
    differing = 0
    for contract, day, terms in of_kind(shop, drawn()[1]):
        seen = [export for export in EXPORT_DAYS if export > contract.started]
        told_on = max((export for export in seen if export <= day), default=seen[0])
        assert terms == ledger(contract, told_on), (contract, day)
        differing += terms != ledger(contract, AS_OF_DATE)
    assert differing > 50


def test_what_arrives_later_changes_no_features_of_earlier_dates(shop: BuildFile, tmp_path: Path) -> None:
    truncated = BuildFile.create(tmp_path)
    fill(truncated, until=CUT)
    build(truncated, AS_OF_DATE, "subscription_features")
    ours, theirs = features(shop), features(truncated)
    common = {key for key in ours.keys() & theirs.keys() if key[1] <= CUT}
    assert len(common) > 200
    assert {key: ours[key] for key in common} == {key: theirs[key] for key in common}
    assert any(ours[key] != theirs[key] for key in ours.keys() & theirs.keys()), "nothing came later"


def test_months_are_those_of_a_calendar(shop: BuildFile) -> None:
    contracts = {contract.subscription_id: contract for kind in drawn() for contract in kind}
    rows = shop.query("select subscription_id, tenure_months, term_months, renewal_count from marts.dim_subscriptions")
    assert len(rows) == len(contracts)
    for subscription_id, tenure, term, renewals in rows:
        contract = contracts[subscription_id]
        ended = contract.ended if contract.ended and contract.ended < AS_OF_DATE else AS_OF_DATE
        assert tenure == whole_months(contract.started, ended), contract
        assert renewals == tenure // term


def test_retention_is_the_ledgers_and_says_the_same_ever_after(
    shop: BuildFile, earlier_contract_shop: BuildFile
) -> None:
    """A row that is shown once is shown as of every later date, with the same figures."""
    former: set[tuple[Any, ...]] = set()
    for day, seen in ((EARLIER_DATE, earlier_contract_shop), (AS_OF_DATE, shop)):
        rows = set(
            seen.query(
                "select cohort_month, months_since_start, cohort_subscription_count, retained_subscription_count "
                "from marts.subscription_retention"
            )
        )
        assert rows == set(expected_retention([*drawn()[0], *drawn()[1]], day))
        assert former < rows
        former = rows
    assert len(former) > 300


def expected_retention(contracts: list[Contract], as_of_date: date) -> Iterator[tuple[Any, ...]]:
    cohorts: dict[date, list[Contract]] = {}
    for contract in contracts:
        cohorts.setdefault(contract.started.replace(day=1), []).append(contract)
    for month, cohort in cohorts.items():
        months = 0
        while plus_months(month, months + 1) <= as_of_date:
            there = [
                contract
                for contract in cohort
                if contract.ended is None
                or contract.ended >= as_of_date
                or contract.ended > plus_months(contract.started, months)
            ]
            yield month, months, len(cohort), len(there)
            months += 1
