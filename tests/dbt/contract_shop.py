"""A shop of contracts, drawn and loaded export by export; and what may be known of a contract's terms on a day."""

from __future__ import annotations

import random
from datetime import date
from functools import cache
from typing import Any

from contract_ledger import LAST_DAY, Contract, draw_contracts, exported, logged
from dbt_build_file import BuildFile

AS_OF_DATE = LAST_DAY
EARLIER_DATE = date(2024, 11, 30)
EXPORT_DAYS = (date(2024, 6, 5), date(2024, 9, 18), date(2025, 2, 1), date(2025, 6, 30))


def build(shop: BuildFile, as_of_date: date, *marts: str) -> None:
    names = ("path:seeds", *(f"+{mart}" for mart in marts))
    shop.build(str(as_of_date), "--select", *names, "--resource-type", "seed", "model")


@cache
def drawn() -> tuple[tuple[Contract, ...], tuple[Contract, ...]]:
    """Contracts whose changes are logged, and such of which only exports tell."""
    rng = random.Random(20)  # noqa: S311
    return tuple(draw_contracts(rng, "logged", 60)), tuple(draw_contracts(rng, "silent", 60))


def fill(shop: BuildFile, until: date) -> None:
    """Load each export on its day, as the loader does: of a contract only what is new; and the log with each."""
    with_log, without_log = drawn()
    known: dict[str, dict[str, Any]] = {}
    for day in (day for day in EXPORT_DAYS if day < until):
        rows = exported([*with_log, *without_log], day)
        new = [row for row in rows if known.get(row["subscription_id"]) != row]
        shop.insert("subscriptions", new, loaded_at=f"{day} 06:00", load_id=f"export of {day}")
        known |= {row["subscription_id"]: row for row in new}
    shop.insert("subscription_changes", logged(list(with_log), min(until, AS_OF_DATE)), loaded_at=f"{AS_OF_DATE} 06:00")


def terms_told(contract: Contract, day: date) -> tuple[str | None, int | None]:
    """Plan and price of a contract on a day as the shop's files tell them; neither where nobody said it."""
    seen = [export for export in EXPORT_DAYS if export > contract.started]
    if contract in drawn()[0]:
        changes = sorted(contract.states)[1:]
        was_changed_before_it_was_seen = bool(changes) and changes[0] < seen[0]
        if was_changed_before_it_was_seen and day <= changes[0]:
            return None, None
        told_on = day
    else:
        told_on = max((export for export in seen if export <= day), default=seen[0])
    state = contract.state_before(told_on) or {}
    return state["plan_name"], state["monthly_amount"]
