"""Contracts' money is that of a plain ledger of contracts, as of today and as of an earlier date, and adds up."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal

import pytest
from contract_ledger import Contract, plus_months
from contract_money import Moved, ends_of_months, month_ends, movements, plan_moves, there_on
from contract_shop import AS_OF_DATE, EARLIER_DATE, drawn
from dbt_build_file import BuildFile

MOVED = "opening_mrr_amount, movement, movement_mrr_amount, newly_priced_mrr_amount, mrr_amount"
CONTRACTS: list[Contract] = [*drawn()[0], *drawn()[1]]


@pytest.fixture(params=[AS_OF_DATE, EARLIER_DATE], ids=str)
def seen(request: pytest.FixtureRequest) -> tuple[BuildFile, list[Contract], date]:
    """A build as of a date, and the contracts that had begun by then."""
    name = "contract_shop" if request.param == AS_OF_DATE else "earlier_contract_shop"
    begun = [contract for contract in CONTRACTS if contract.started < request.param]
    return request.getfixturevalue(name), begun, request.param


def test_contracts_are_those_of_the_ledger(seen: tuple[BuildFile, list[Contract], date]) -> None:
    shop, contracts, as_of = seen
    rows = shop.query(f"select subscription_id, month, {MOVED}, is_unpriced::integer from marts.contract_mrr_months")
    expected = movements(contracts, as_of, lambda contract: contract.subscription_id)
    assert {(name, month): Moved(*values) for name, month, *values in rows} == expected
    assert len(rows) == len(expected) > 400


def test_customers_are_those_of_the_ledger(seen: tuple[BuildFile, list[Contract], date]) -> None:
    shop, contracts, as_of = seen
    rows = shop.query(f"select customer_id, month, {MOVED}, unpriced_contract_count from marts.customer_mrr_months")
    expected = movements(contracts, as_of, lambda contract: contract.customer_id)
    assert {(name, month): Moved(*values) for name, month, *values in rows} == expected
    assert len(rows) == len(expected) > 300


def test_plans_and_what_became_of_a_contract_are_told(seen: tuple[BuildFile, list[Contract], date]) -> None:
    shop, contracts, as_of = seen
    rows = shop.query(
        "select subscription_id, month, as_of_date, contract_status, plan_name from marts.contract_mrr_months "
        "where contract_status <> 'ended'"
    )
    assert {(name, month, status, plan) for name, month, _, status, plan in rows} == {
        (contract.subscription_id, month, there.status, there.plan)
        for month, day in month_ends(contracts, as_of)
        for contract, there in there_on(contracts, day, as_of).items()
    }
    assert {(month, day) for _, month, day, *_ in rows} <= set(month_ends(contracts, as_of))


def test_every_kind_of_movement_is_there(contract_shop: BuildFile) -> None:
    found = Counter(moved.movement for moved in movements(CONTRACTS, AS_OF_DATE, lambda one: one.customer_id).values())
    assert set(found) == {"new", "reactivated", "expansion", "contraction", "churned", "unchanged"}
    assert min(found.values()) >= 5
    [(bridged, newly, unseen)] = contract_shop.query(
        "select (select count(*) from marts.contract_mrr_months where contract_status = 'bridged'), "
        "(select count(*) from marts.contract_mrr_months where newly_priced_mrr_amount <> 0), "
        "(select sum(unseen_contract_count) from marts.mrr_movements)"
    )
    assert min(bridged, newly, unseen) >= 3


def test_the_months_are_sums_of_the_ledger(seen: tuple[BuildFile, list[Contract], date]) -> None:
    shop, contracts, as_of = seen
    customers = movements(contracts, as_of, lambda contract: contract.customer_id)
    names = ("new", "reactivated", "expansion", "contraction", "churned")
    columns = [f"{name}_mrr_amount, {name}_customer_count" for name in names]
    rows = shop.query(f"select month, {', '.join(columns)}, closing_mrr_amount, arr_amount from marts.mrr_movements")
    told = {month: values for month, *values in rows}
    assert list(sorted(told)) == [month for month, _ in month_ends(contracts, as_of)]
    for month, values in told.items():
        there = [moved for (_, at), moved in customers.items() if at == month]
        expected: list[int] = []
        for name in names:
            amounts = [abs(moved.moved) for moved in there if moved.movement == name]
            expected += [sum(amounts), len(amounts)]
        closing = sum(moved.closing for moved in there)
        assert values == [*expected, closing, 12 * closing], month


def test_the_figures_of_a_month_are_those_of_its_movements(seen: tuple[BuildFile, list[Contract], date]) -> None:
    shop, contracts, as_of = seen
    customers = movements(contracts, as_of, lambda contract: contract.customer_id)
    paid = {key: moved.closing for key, moved in customers.items()}
    rows = shop.query(
        "select month, logo_churn_share, gross_revenue_churn_share, net_revenue_churn_share, "
        "net_revenue_retention_share, quick_ratio, net_revenue_retention_12m_share, gross_revenue_retention_12m_share "
        "from marts.mrr_movements where opening_mrr_amount > 0 and contraction_mrr_amount + churned_mrr_amount > 0"
    )
    assert len(rows) > 5
    for month, *values in rows:
        total: defaultdict[str, int] = defaultdict(int)
        for (_, at), moved in customers.items():
            if at == month:
                total[moved.movement] += moved.moved
                total["opening"] += moved.opening
        before = plus_months(month, -1)
        payers = [
            name for (name, at), moved in customers.items() if at == before and (moved.closing or moved.unpriced_count)
        ]
        gone = [name for name in payers if customers[name, month].movement == "churned"]
        lost, opening = -total["contraction"] - total["churned"], total["opening"]
        won = total["expansion"] + total["reactivated"]
        expected = [
            len(gone) / len(payers),
            lost / opening,
            (lost - won) / opening,
            (opening - lost + total["expansion"]) / opening,
            (won + total["new"]) / lost,
            *_after_a_year(customers, paid, month),
        ]
        assert values == pytest.approx(expected), month


def _after_a_year(customers: dict, paid: dict, month: date) -> tuple[float | None, float | None]:
    then = {
        name: moved.closing
        for (name, at), moved in customers.items()
        if at == plus_months(month, -12) and moved.closing > 0 and moved.unpriced_count == 0
    }
    known = [name for name in then if (name, month) not in customers or customers[name, month].unpriced_count == 0]
    if not known:
        return None, None
    former = sum(then[name] for name in known)
    present = [paid.get((name, month), 0) for name in known]
    kept = [min(then[name], now) for name, now in zip(known, present, strict=True)]
    return sum(present) / former, sum(kept) / former


def test_euros_move_between_plans_as_in_the_ledger(seen: tuple[BuildFile, list[Contract], date]) -> None:
    shop, contracts, as_of = seen
    rows = shop.query(
        "select month, from_plan_name, to_plan_name, customer_count, moved_mrr_amount from marts.mrr_plan_moves"
    )
    assert {(month, left, came): (count, amount) for month, left, came, count, amount in rows} == plan_moves(
        contracts, as_of
    )
    assert len(rows) > 5


def test_plans_have_what_their_contracts_cost_and_add_up(seen: tuple[BuildFile, list[Contract], date]) -> None:
    shop, contracts, as_of = seen
    expected: Counter[tuple[str, date]] = Counter()
    for month, _, now in ends_of_months(contracts, as_of):
        for there in now.values():
            expected[there.plan or "unknown", month] += there.price or 0
    rows = shop.query("select plan_name, month, closing_mrr_amount from marts.mrr_by_plan")
    assert {(plan, month): amount for plan, month, amount in rows if amount} == +expected
    names = ("opening", "new", "reactivated", "expansion", "contraction", "churned", "newly_priced", "closing")
    sums = ", ".join(f"sum({name}_mrr_amount)" for name in names)
    by_month = "from marts.{} group by month having sum(closing_mrr_amount) > 0 order by month"
    assert shop.query(f"select month, {sums} {by_month.format('mrr_by_plan')}") == shop.query(
        f"select month, {sums} {by_month.format('mrr_movements')}"
    )


def test_the_random_shop_closes_with_what_runs(built_shop: BuildFile) -> None:
    """Of most of its contracts no price is known; they count all the same."""
    [(closing, contracts, unpriced)] = built_shop.query(
        "select closing_mrr_amount, contract_count, unpriced_contract_count "
        "from marts.mrr_movements order by month desc limit 1"
    )
    assert built_shop.query(
        "select coalesce(sum(monthly_amount), 0), count(*), count(*) - count(monthly_amount) "
        "from marts.dim_subscriptions where is_active"
    ) == [(closing, contracts, unpriced)]
    assert closing >= Decimal(0)
    [(told, unseen)] = built_shop.query(
        "select (select count(distinct subscription_id) from marts.contract_mrr_months), "
        "(select sum(unseen_contract_count) from marts.mrr_movements)"
    )
    assert told + unseen == 20
