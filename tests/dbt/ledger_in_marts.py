"""Random shops loaded into a build file, the marts built, and compared with their plain ledgers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
from dbt_build_file import DATED_MODELS, MART_FOLDERS, BuildFile
from ledger.assortment import AS_OF_DATE, PRACTICE
from ledger.comparing import Difference, all_differences
from ledger.documents import HandIn, Practice
from ledger.many_shops import delivered_together, named
from ledger.plain_ledger import Ledger
from ledger.shrinking import size, smaller

from warehouse.source_definitions.in_build_file import SourceDefinitions
from warehouse.source_definitions.line_kinds import LineKind

Shops = dict[str, list[HandIn]]

# Opens the history early enough for dates to train on.
FIRST_ORDER = {
    "order_id": "first:1",
    "ordered_at": datetime(2009, 1, 1),
    "customer_id": "first:one",
    "order_amount": "1",
}
FIRST_SHOP: list[HandIn] = [{"orders": [FIRST_ORDER]}]
MOST_BUILDS = 10  # to make a counterexample smaller


def empty_build_file(folder: Path, practice: Practice) -> BuildFile:
    kinds = tuple(LineKind(pattern, kind, None, None) for pattern, kind in practice.line_kinds.items())
    definitions = SourceDefinitions(practice.reporting_currency, practice.amounts_from, kinds)
    return BuildFile.create(folder, definitions)


def load(build_file: BuildFile, hand_in: HandIn, number: int) -> None:
    tables = {table: rows for table, rows in hand_in.items() if rows}
    build_file.insert_all(tables, f"2026-01-{number:02d}", f"load {number}", number)


def query_on(connection: duckdb.DuckDBPyConnection) -> Callable[[str], list[dict[str, Any]]]:
    def rows(sql: str) -> list[dict[str, Any]]:
        found = connection.execute(sql)
        columns = [column[0] for column in found.description]
        return [dict(zip(columns, row, strict=True)) for row in found.fetchall()]

    return rows


def differences(build_file: BuildFile, shops: Shops, practice: Practice, as_of_date: date) -> list[Difference]:
    ledgers = {name: Ledger(shop, as_of_date, practice) for name, shop in shops.items()}
    with duckdb.connect(str(build_file.path), read_only=True) as connection:
        return all_differences(query_on(connection), ledgers, shops, as_of_date)


def built_at_once(
    folder: Path,
    shops: list[list[HandIn]],
    practice: Practice = PRACTICE,
    select: tuple[str, ...] = MART_FOLDERS,
) -> list[Difference]:
    """Load the shops' hand-ins in their order, build everything from scratch, compare."""
    own = numbered(shops)
    build_file = empty_build_file(folder, practice)
    for number, hand_in in enumerate(delivered_together(own), start=1):
        load(build_file, hand_in, number)
    build_file.build_as_the_pipeline(str(AS_OF_DATE), select, full=True)
    return differences(build_file, own, practice, AS_OF_DATE)


def built_in_steps(
    folder: Path, shops: list[list[HandIn]], dates: tuple[date, ...], practice: Practice = PRACTICE
) -> list[Difference]:
    """Load one hand-in of each shop after the other, with an increment as of the next date after each; compare each."""
    own = numbered(shops)
    build_file = empty_build_file(folder, practice)
    found: list[Difference] = []
    together = delivered_together(own)
    for number, as_of_date in enumerate(dates, start=1):
        if number <= len(together):
            load(build_file, together[number - 1], number)
        build_file.build_as_the_pipeline(str(as_of_date), DATED_MODELS)
        found += differences(build_file, {name: shop[:number] for name, shop in own.items()}, practice, as_of_date)
    return found


def numbered(shops: list[list[HandIn]]) -> Shops:
    """The shops with ids of their own, and the one that opens the history."""
    return {"first": FIRST_SHOP} | {f"s{number}": named(shop, f"s{number}") for number, shop in enumerate(shops)}


def smallest_differing(
    folders: Callable[[], Path], shops: list[list[HandIn]], differing_in: Callable[[Path, list], list[Difference]]
) -> tuple[list[HandIn], list[Difference]] | None:
    """The smallest shop that differs, made smaller as long as it still does, many attempts in one build."""
    smallest: tuple[list[HandIn], list[Difference]] | None = None
    attempts = shops
    for _ in range(MOST_BUILDS):
        found = differing_in(folders(), attempts) if attempts else []
        by_shop = {one.shop: [other for other in found if other.shop == one.shop] for one in found}
        failing = [(attempts[int(name[1:])], own) for name, own in by_shop.items() if name[1:].isdigit()]
        if not failing:
            return smallest or (([], found) if found else None)
        smallest = min(failing, key=lambda one: size(one[0]))
        attempts = [attempt for attempt in smaller(smallest[0]) if size(attempt) < size(smallest[0])]
    return smallest
