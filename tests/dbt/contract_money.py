"""Contracts' money from the plain ledger of contracts, euro by euro, as docs/contract-money.md has it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from contract_ledger import Contract, plus_months
from contract_shop import terms_told

GAP_DAYS = 14
Key = tuple[str, date]  # a contract or a customer, and a month


@dataclass(frozen=True)
class There:
    """A contract at the end of a month."""

    status: str
    plan: str | None
    price: int | None


@dataclass(frozen=True)
class Moved:
    """What became of a contract or a customer in a month."""

    opening: int
    movement: str
    moved: int
    newly_priced: int
    closing: int
    unpriced_count: int


def month_ends(contracts: Sequence[Contract], as_of: date) -> list[tuple[date, date]]:
    """Each month since the first contract began, and the day as of which its end is looked at."""
    month = min(contract.started for contract in contracts).replace(day=1)
    ends = []
    while month < as_of:
        ends.append((month, min(plus_months(month, 1), as_of)))
        month = plus_months(month, 1)
    return ends


def there_on(contracts: Sequence[Contract], day: date, as_of: date) -> dict[Contract, There]:
    """Who is there, those too whose next contract follows soon."""
    found = {}
    for contract in contracts:
        ended = contract.ended if contract.ended and contract.ended < as_of else None
        if contract.started < day and (ended is None or ended >= day):
            found[contract] = There("running", *terms_told(contract, day))
        elif ended and contract.started < ended < day <= _followed_on(contracts, contract, as_of):
            found[contract] = There("bridged", *terms_told(contract, ended))
    return found


def _followed_on(contracts: Sequence[Contract], ended: Contract, as_of: date) -> date:
    starts = [
        other.started
        for other in contracts
        if other.customer_id == ended.customer_id
        and other.started < as_of
        and 0 <= (other.started - ended.ended).days <= GAP_DAYS
        and (other.ended is None or other.ended >= as_of or other.ended > other.started)
    ]
    return min(starts, default=date.min)


def ends_of_months(contracts: Sequence[Contract], as_of: date) -> Iterator[tuple[date, dict, dict]]:
    """Of each month: who was there at the end of the one before, and who is now."""
    before: dict[Contract, There] = {}
    for month, day in month_ends(contracts, as_of):
        now = there_on(contracts, day, as_of)
        yield month, before, now
        before = now


def movements(contracts: Sequence[Contract], as_of: date, whose: Callable[[Contract], str]) -> dict[Key, Moved]:
    """What became of each contract or customer in each month in which it is, or was a month before."""
    found: dict[Key, Moved] = {}
    have_paid: set[str] = set()
    for month, before, now in ends_of_months(contracts, as_of):
        for name in sorted({whose(contract) for contract in {*before, *now}}):
            then = {contract: there for contract, there in before.items() if whose(contract) == name}
            there = {contract: there for contract, there in now.items() if whose(contract) == name}
            found[name, month] = _moved(then, there, has_paid=name in have_paid)
            if _pays(there):
                have_paid.add(name)
    return found


def _moved(before: dict[Contract, There], now: dict[Contract, There], *, has_paid: bool) -> Moved:
    opening, closing = _money(before), _money(now)
    told_anew = [
        contract for contract in before.keys() & now.keys() if None in (before[contract].price, now[contract].price)
    ]
    newly = sum((now[contract].price or 0) - (before[contract].price or 0) for contract in told_anew)
    change = closing - opening - newly
    if _pays(before) and _pays(now):
        movement = "expansion" if change > 0 else "contraction" if change < 0 else "unchanged"
    elif _pays(now):
        movement = "reactivated" if has_paid else "new"
    else:
        movement = "churned" if _pays(before) else "unchanged"
    return Moved(opening, movement, change, newly, closing, sum(there.price is None for there in now.values()))


def _money(there: dict[Contract, There]) -> int:
    return sum(one.price or 0 for one in there.values())


def _pays(there: dict[Contract, There]) -> bool:
    return any(one.price is None or one.price > 0 for one in there.values())


def plan_moves(contracts: Sequence[Contract], as_of: date) -> dict[tuple[date, str, str], tuple[int, int]]:
    """Customers and euros that went from one plan to another: each euro lost takes the place of one gained."""
    euros: Counter[tuple[date, str, str]] = Counter()
    movers: dict[tuple[date, str, str], set[str]] = {}
    for month, before, now in ends_of_months(contracts, as_of):
        for customer in sorted(
            {contract.customer_id for contract in before} & {contract.customer_id for contract in now}
        ):
            changed = _changed_by_plan(before, now, customer)
            for pair in zip(_laid(-changed), _laid(changed), strict=False):
                euros[month, *pair] += 1
                movers.setdefault((month, *pair), set()).add(customer)
    return {key: (len(movers[key]), count) for key, count in euros.items()}


def _changed_by_plan(before: dict[Contract, There], now: dict[Contract, There], customer: str) -> Counter[str]:
    changed: Counter[str] = Counter()
    for contract in {*before, *now}:
        was, is_now = before.get(contract), now.get(contract)
        if contract.customer_id != customer or (was and is_now and None in (was.price, is_now.price)):
            continue
        if was:
            changed[was.plan or "unknown"] -= was.price or 0
        if is_now:
            changed[is_now.plan or "unknown"] += is_now.price or 0
    return changed


def _laid(changed: Counter[str]) -> list[str]:
    """The plan of each euro, the plan with most of them first."""
    positive = sorted(((-count, plan) for plan, count in changed.items() if count > 0))
    return [plan for negative, plan in positive for _ in range(-negative)]
