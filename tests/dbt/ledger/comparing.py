"""The marts of a build file beside the plain ledgers of the shops in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from ledger.customers import Figures
from ledger.many_shops import name_of
from ledger.places import places
from ledger.plain_ledger import Ledger

# A figure is rounded once to cents; what has more than ten decimals may have lost what comes after them.
CLOSE = Fraction(1, 200) + Fraction(1, 10**7)
HORIZONS_DAYS = {"future_net_amount": 90, "future_net_amount_180d": 180, "future_net_amount_365d": 365}
EVERYWHERE = "all shops"

Query = Callable[[str], list[dict[str, Any]]]


@dataclass(frozen=True)
class Difference:
    """A figure that a mart and the ledger do not agree on."""

    shop: str
    mart: str
    key: Any
    column: str
    expected: Any
    found: Any

    def __str__(self) -> str:
        return f"{self.mart} {self.key} {self.column}: {shown(self.expected)} expected, {shown(self.found)} found"


def shown(value: Any) -> str:
    return f"{float(value):.4f}" if isinstance(value, Fraction | Decimal) else str(value)


def agree(expected: Any, found: Any) -> bool:
    if isinstance(expected, Fraction) and isinstance(found, Decimal):
        return abs(expected - Fraction(found)) <= CLOSE
    return expected == found


def differing(
    mart: str, expected: dict[Any, Figures], found: dict[Any, Figures], shop_of: Callable[[Any], str]
) -> Iterable[Difference]:
    """Rows that only one of the two has, and figures that differ."""
    for key in expected.keys() | found.keys():
        if key not in expected or key not in found:
            yield Difference(shop_of(key), mart, key, "row", key in expected, key in found)
            continue
        for column, value in expected[key].items():
            if not agree(value, found[key].get(column, "no such column")):
                yield Difference(shop_of(key), mart, key, column, value, found[key].get(column))


def by_key(rows: list[dict[str, Any]], *columns: str) -> dict[Any, Figures]:
    keyed = {tuple(row[column] for column in columns): row for row in rows}
    return {key[0] if len(columns) == 1 else key: row for key, row in keyed.items()}


def merged(tables: Iterable[dict[Any, Figures]]) -> dict[Any, Figures]:
    return {key: figures for table in tables for key, figures in table.items()}


def added_up(tables: Iterable[dict[Any, Figures]]) -> dict[Any, Figures]:
    """Figures of many shops are the sums of each one's."""
    sums: dict[Any, Figures] = defaultdict(lambda: defaultdict(int))
    for table in tables:
        for key, figures in table.items():
            for column, value in figures.items():
                sums[key][column] += value
    return {key: dict(figures) for key, figures in sums.items()}


def facts(query: Query, ledgers: dict[str, Ledger]) -> Iterable[Difference]:
    expected = merged(ledger.order_items() for ledger in ledgers.values())
    yield from differing(
        "fct_order_items", expected, by_key(query("from marts.fct_order_items"), "order_item_id"), name_of
    )
    expected = merged(ledger.orders() for ledger in ledgers.values())
    yield from differing("fct_orders", expected, by_key(query("from marts.fct_orders"), "order_id"), name_of)


def sums(query: Query, ledgers: dict[str, Ledger]) -> Iterable[Difference]:
    found = by_key(query("from marts.monthly_sales"), "order_month")
    expected = added_up(ledger.monthly_sales() for ledger in ledgers.values())
    yield from differing("monthly_sales", expected, found, lambda key: EVERYWHERE)
    active = query("from marts.cohort_retention where active_customer_count > 0")
    expected = added_up(ledger.cohort_retention() for ledger in ledgers.values())
    for (cohort, _), figures in expected.items():
        figures["cohort_customer_count"] = expected[cohort, cohort]["active_customer_count"]
    found = by_key(active, "cohort_month", "order_month")
    yield from differing("cohort_retention", expected, found, lambda key: EVERYWHERE)


def customers(query: Query, ledgers: dict[str, Ledger], day: date) -> Iterable[Difference]:
    of_day = f"where as_of_date = date '{day}'"
    expected = merged(ledger.customer_features(day) for ledger in ledgers.values())
    found = by_key(query(f"from marts.customer_features {of_day}"), "customer_id")
    yield from differing(f"customer_features of {day}", expected, found, name_of)
    rfm = {
        customer: {name: figures[name] for name in ("days_since_last_order", "order_count", "net_amount")}
        for customer, figures in expected.items()
    }
    found = by_key(query(f"from marts.customer_rfm {of_day}"), "customer_id")
    if found:
        yield from differing(f"customer_rfm of {day}", rfm, found, name_of)


def labels(query: Query, ledgers: dict[str, Ledger], day: date, as_of_date: date) -> Iterable[Difference]:
    """The windows that are over on the run's date; the others are empty."""
    expected: dict[str, Figures] = {}
    for ledger in ledgers.values():
        for customer, figures in ledger.customer_labels(day, 90).items():
            expected[customer] = dict(figures)
        for column, days in list(HORIZONS_DAYS.items())[1:]:
            is_over = day + timedelta(days=days) <= as_of_date
            for customer, figures in ledger.customer_labels(day, days).items():
                expected[customer][column] = figures["future_net_amount"] if is_over else None
    found = by_key(query(f"from marts.customer_labels where as_of_date = date '{day}'"), "customer_id")
    yield from differing(f"customer_labels of {day}", expected, found, name_of)


def ledger_places(query: Query, ledgers: dict[str, Ledger], shops: dict[str, list[Any]]) -> Iterable[Difference]:
    """What became of the amounts of all lines that were handed in."""
    expected = added_up(
        {status: {"raw_amount": amount} for status, amount in places(ledger, shops[name]).items()}
        for name, ledger in ledgers.items()
    )
    rows = query(
        "select movement_status, sum(raw_amount) as raw_amount from intermediate.int_movements "
        "where movement_kind = 'line' group by movement_status"
    )
    expected = {key: figures for key, figures in expected.items() if figures["raw_amount"]}
    found = {row["movement_status"]: row for row in rows if row["raw_amount"]}
    yield from differing("int_movements", expected, found, lambda key: EVERYWHERE)


def all_differences(
    query: Query, ledgers: dict[str, Ledger], shops: dict[str, list[Any]], as_of_date: date
) -> list[Difference]:
    """Everything that marts and ledgers do not agree on."""
    snapshots = query("select as_of_date, label_end_date from intermediate.int_snapshot_dates order by all")
    found = [*facts(query, ledgers), *sums(query, ledgers), *ledger_places(query, ledgers, shops)]
    for row in snapshots:
        found += customers(query, ledgers, row["as_of_date"])
        if row["label_end_date"] <= as_of_date:
            found += labels(query, ledgers, row["as_of_date"], as_of_date)
    return found
