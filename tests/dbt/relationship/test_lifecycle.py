"""Stages against a plain walk through each customer's orders as they stood at the end of each month."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from dbt_build_file import BuildFile

LIVE = {"new", "active", "growing", "at_risk", "won_back"}
MONTHS = [date(2010, month, 1) for month in range(1, 13)] + [date(2011, 1, 1), date(2011, 2, 1)]


def month_after(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)


@dataclass
class Customer:
    """What is known of one customer: movements of their account, contracts, and since when they are known."""

    known_month: date
    movements: list[dict[str, Any]]
    contracts: list[tuple[datetime, datetime | None]]


@pytest.fixture(scope="module")
def customers(built_shop: BuildFile) -> dict[str, Customer]:
    known = built_shop.query("""
        select customer_id, date_trunc('month', min(happened_at))::date from (
            select customer_id, registered_at as happened_at from marts.dim_customers
            union all select customer_id, ordered_at from marts.fct_orders where customer_id is not null
            union all select customer_id, started_at from staging.stg_subscriptions
        ) where happened_at < date '2011-03-01' group by customer_id
    """)
    found = {customer: Customer(month, [], []) for customer, month in known}
    names = ["customer_id", "occurred_at", "from_at", "until_at", "is_demand", "net_amount"]
    for values in built_shop.query("""
        select customer_id, occurred_at, counts_from_at, counts_until_at, is_demand, net_amount
        from intermediate.int_customer_movements
    """):
        found[values[0]].movements.append(dict(zip(names, values, strict=True)))
    for customer, *contract in built_shop.query(
        "select customer_id, started_at, ended_at from staging.stg_subscriptions where started_at < date '2011-03-01'"
    ):
        found[customer].contracts.append(tuple(contract))
    return found


@pytest.fixture(scope="module")
def stages(built_shop: BuildFile) -> dict[tuple[str, date], str]:
    rows = built_shop.query("select customer_id, month, stage from marts.customer_lifecycle")
    return {(customer, month): stage for customer, month, stage in rows}


def overdue_after(days: list[date]) -> float:
    if len(days) == 1:
        return 90
    return max(2 * (days[-1] - days[0]).days / (len(days) - 1), 60)


def windowed(movements: list[dict[str, Any]], end: date, number: int) -> tuple[int, Decimal]:
    """Purchase days and money of a window of 180 days that ends so many windows before the date."""
    last = end - timedelta(days=180 * number)
    inside = [m for m in movements if last - timedelta(days=180) <= m["occurred_at"].date() < last]
    days = {m["occurred_at"].date() for m in inside if m["is_demand"]}
    return len(days), sum((m["net_amount"] for m in inside), Decimal(0))


@dataclass
class MonthEnd:
    """How a customer's account stood when a month had ended, as it was known then."""

    customer: Customer
    month: date

    def __post_init__(self) -> None:
        self.end = month_after(self.month)
        at = datetime(self.end.year, self.end.month, self.end.day)
        self.standing = [
            m
            for m in self.customer.movements
            if max(m["occurred_at"], m["from_at"]) < at and (m["until_at"] is None or m["until_at"] >= at)
        ]
        self.days = sorted({m["occurred_at"].date() for m in self.standing if m["is_demand"]})
        self.silence = (self.end - self.days[-1]).days if self.days else 0
        self.contracts = [contract for contract in self.customer.contracts if contract[0] < at]
        self.has_contract = any(ended is None or ended >= at for _, ended in self.contracts)
        self.starts = self.days or sorted(start.date() for start, _ in self.contracts)

    @property
    def has_lapsed(self) -> bool:
        if self.has_contract:
            return False
        return self.silence >= 2 * overdue_after(self.days) if self.days else bool(self.contracts)

    @property
    def return_date(self) -> date | None:
        """Of somebody who had lapsed a month ago: the first purchase of the month, or the newest contract."""
        if not self.days:
            return self.starts[-1] if self.starts else None
        return next((day for day in self.days if day >= self.month), None)

    @property
    def is_growing(self) -> bool:
        (recent_days, recent), (earlier_days, earlier) = (windowed(self.standing, self.end, n) for n in (0, 1))
        return recent_days > earlier_days > 0 and recent >= Decimal("1.25") * earlier

    def stage(self, returned: date | None) -> str:
        def is_fresh(day: date | None) -> bool:
            return day is not None and (self.end - day).days < 90

        rules = {
            "lapsed": self.has_lapsed,
            "at_risk": bool(self.days) and self.silence >= overdue_after(self.days),
            "prospect": not self.starts,
            "won_back": is_fresh(returned),
            "new": bool(self.starts) and is_fresh(self.starts[0]),
            "growing": self.is_growing,
        }
        return next((stage for stage, holds in rules.items() if holds), "active")


def walk(customer: Customer) -> list[tuple[date, str]]:
    """Stage by month, one month after the other."""
    stages: list[tuple[date, str]] = []
    returned: date | None = None
    for month in [month for month in MONTHS if month >= customer.known_month]:
        month_end = MonthEnd(customer, month)
        if stages and stages[-1][1] == "lapsed" and not month_end.has_lapsed:
            returned = max(filter(None, [returned, month_end.return_date]), default=None)
        stages.append((month, month_end.stage(returned)))
    return stages


def test_every_stage_of_every_customer(customers: dict[str, Customer], stages: dict[tuple[str, date], str]) -> None:
    expected = {(name, month): stage for name, customer in customers.items() for month, stage in walk(customer)}
    assert {key: (stages.get(key), stage) for key, stage in expected.items() if stages.get(key) != stage} == {}
    assert set(stages) == set(expected)
    assert set(stages.values()) == LIVE | {"prospect", "lapsed"}  # the shop is varied enough to tell


def test_moves_lead_from_one_month_to_the_next(built_shop: BuildFile, stages: dict[tuple[str, date], str]) -> None:
    counted = Counter(
        (month, stages.get((customer, (month - timedelta(days=1)).replace(day=1)), "not_yet_known"), stage)
        for (customer, month), stage in stages.items()
    )
    moves = built_shop.query("select month, from_stage, to_stage, customer_count from marts.lifecycle_moves")
    assert {tuple(move[:3]): move[3] for move in moves} == counted


def test_rates_by_hand(built_shop: BuildFile, stages: dict[tuple[str, date], str]) -> None:
    before = {name: stage for (name, month), stage in stages.items() if month == date(2010, 11, 1)}
    after = {name: stage for (name, month), stage in stages.items() if month == date(2010, 12, 1)}
    live = {name for name, stage in before.items() if stage in LIVE}
    lapsed = {name for name, stage in before.items() if stage == "lapsed"}
    expected = (
        len(live & {name for name, stage in after.items() if stage in LIVE}) / len(live),
        len(live & {name for name, stage in after.items() if stage == "lapsed"}) / len(live),
        len(lapsed & {name for name, stage in after.items() if stage in LIVE}) / len(lapsed),
        sum(stage in LIVE for stage in after.values()) / len(live) - 1,
    )
    rates = built_shop.query(
        "select retention_share, churn_share, reactivation_share, growth_share from marts.lifecycle_rates "
        "where month = date '2010-12-01'"
    )[0]
    assert rates == pytest.approx(expected)


def test_money_is_that_of_the_orders(built_shop: BuildFile) -> None:
    """From the customer's month over stages to the total, and guests apart."""
    (of_orders,) = built_shop.query(
        "select sum(net_amount) filter (customer_id is not null), sum(net_amount) filter (customer_id is null) "
        "from marts.fct_orders"
    )
    of_customers = "select sum(net_amount), {guests} from marts.{mart}"
    for mart in ("customer_lifecycle", "lifecycle_moves", "lifecycle_months"):
        assert built_shop.query(of_customers.format(guests="0", mart=mart)) == [(of_orders[0], 0)], mart
    rates = of_customers.format(guests="sum(guest_net_amount)", mart="lifecycle_rates")
    assert built_shop.query(rates) == [of_orders]
    assert of_orders[1] > 0
