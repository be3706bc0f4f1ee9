"""Smaller versions of a shop, to look for the smallest that still differs, many at a time."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from ledger.documents import HandIn, Row

# What a row of these tables may do without, and the plainest value of what it may not.
PLAINEST: dict[str, Any] = {
    "order_amount": None,
    "line_amount": None,
    "line_kind": None,
    "product_description": None,
    "cancelled_at": None,
    "order_status": None,
    "order_kind": None,
    "currency": None,
    "_is_gone": None,
    "quantity": 1,
    "unit_price_amount": "10.00",
}
TABLES = ("orders", "order_items")
SHARES = (0.95, 0.8, 0.6, 0.4, 0.2)

# A step towards nothing: without a row (no column), or with the plainest value of a column.
Step = tuple[int, str | None]


def size(shop: list[HandIn]) -> tuple[int, int, int]:
    """Rows, deliveries, and values that are not the plainest."""
    rows = [row for hand_in in shop for rows in hand_in.values() for row in rows]
    odd = sum(row[column] not in (None, plain) for row in rows for column, plain in PLAINEST.items() if column in row)
    return len(rows), len(shop), odd


def smaller(shop: list[HandIn]) -> Iterator[list[HandIn]]:
    """The shop without an order and its lines, after each single step, and after many steps at once."""
    rows = [row for hand_in in shop for table_rows in hand_in.values() for row in table_rows]
    for order in {row["order_id"] for row in rows if "order_id" in row}:
        yield after(shop, {(id(row), None) for row in rows if row.get("order_id") == order})
    steps = list(steps_of(shop))
    for step in steps:
        yield after(shop, {step})
    luck = random.Random(len(steps))  # noqa: S311
    for share in SHARES:
        for _ in range(30):
            yield after(shop, {step for step in steps if luck.random() < share})
    for number in range(1, len(shop)):
        yield [*shop[: number - 1], one_of_two(shop[number - 1], shop[number]), *shop[number + 1 :]]


def steps_of(shop: list[HandIn]) -> Iterator[Step]:
    for hand_in in shop:
        for table, rows in hand_in.items():
            for row in rows:
                yield id(row), None
                for column, plain in PLAINEST.items():
                    if table in TABLES and row.get(column) not in (None, plain):
                        yield id(row), column


def after(shop: list[HandIn], steps: set[Step]) -> list[HandIn]:
    return [
        {table: [plainer(row, steps) for row in rows if (id(row), None) not in steps] for table, rows in one.items()}
        for one in shop
    ]


def plainer(row: Row, steps: set[Step]) -> Row:
    changed = row | {column: plain for column, plain in PLAINEST.items() if (id(row), column) in steps}
    return {name: value for name, value in changed.items() if value is not None or name not in PLAINEST}


def one_of_two(first: HandIn, second: HandIn) -> HandIn:
    return {table: [*first.get(table, ()), *second.get(table, ())] for table in first | second}
