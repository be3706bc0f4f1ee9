"""A plain ledger of contracts: what was true when, and what an export of a day says of it."""

from __future__ import annotations

import calendar
import random
from dataclasses import dataclass, field
from datetime import date, timedelta

FIRST_DAY = date(2023, 1, 1)
LAST_DAY = date(2025, 6, 30)
PLANS = ("basic", "plus", "premium", "gold")
TERMS_MONTHS = (1, 12)
State = dict[str, object]


@dataclass(eq=False)
class Contract:
    """One contract with all that ever became of it."""

    subscription_id: str
    customer_id: str
    started: date
    ended: date | None
    states: dict[date, State] = field(default_factory=dict)  # by the day from which each holds

    def state_before(self, day: date) -> State | None:
        """What held when the day began; nothing if the contract began on it or later."""
        known = [begun for begun in self.states if begun < day]
        return self.states[max(known)] if known else None

    def runs_on(self, day: date) -> bool:
        return self.started < day and (self.ended is None or self.ended >= day)


def plus_months(day: date, months: int) -> date:
    """So many months later; a day that the month does not have is its last one."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def whole_months(start: date, end: date) -> int:
    """How often a month can be added to the start without passing the end."""
    months = 0
    while plus_months(start, months + 1) <= end:
        months += 1
    return months


def draw_contracts(rng: random.Random, prefix: str, count: int) -> list[Contract]:
    """Contracts of which many begin and end on the last days of a month, and that change their terms some times.

    A customer has up to three, some beside each other and some one after the other, with and without a gap.
    """
    contracts: list[Contract] = []
    for number in range(count):
        former = contracts[-1].ended if number % 3 else None
        follows = former is not None and former < LAST_DAY and rng.random() < 0.7
        started = former + timedelta(days=rng.randrange(25)) if former and follows else _day(rng, FIRST_DAY)
        contracts.append(
            _draw(rng, f"{prefix}-{number}", f"of {prefix}-{number // 3}", min(started, LAST_DAY - timedelta(days=1)))
        )
    return contracts


def _draw(rng: random.Random, subscription_id: str, customer_id: str, started: date) -> Contract:
    ended = rng.choice([None, _day(rng, started), plus_months(started, rng.randrange(15)), started])
    contract = Contract(subscription_id, customer_id, started, ended)
    days = sorted({started, *(_day(rng, started) for _ in range(rng.randrange(4)))})
    price, plan, term_months = 5, "none", rng.choice(TERMS_MONTHS)
    for day in days:
        price += rng.randint(1, 9)
        plan = rng.choice([name for name in PLANS if name != plan])
        contract.states[day] = {"plan_name": plan, "monthly_amount": price, "term_months": term_months}
    return contract


def _day(rng: random.Random, after: date) -> date:
    day = after + timedelta(days=rng.randrange(max((LAST_DAY - after).days, 1)))
    if rng.random() < 0.4:
        return max(after, day.replace(day=calendar.monthrange(day.year, day.month)[1]))
    return day


def exported(contracts: list[Contract], day: date) -> list[dict[str, object]]:
    """The rows of an export taken as the day begins."""
    return [
        {
            "subscription_id": contract.subscription_id,
            "customer_id": contract.customer_id,
            "started_at": contract.started,
            "ended_at": contract.ended if contract.ended and contract.ended < day else None,
            **contract.state_before(day),
        }
        for contract in contracts
        if contract.started < day
    ]


def logged(contracts: list[Contract], before: date) -> list[dict[str, object]]:
    """The log of changes before a day: of plan and price, for terms never change. A beginning is no change."""
    return [
        {"subscription_id": contract.subscription_id, "changed_at": day, **state, "term_months": None}
        for contract in contracts
        for day, state in contract.states.items()
        if contract.started < day < before
    ]
