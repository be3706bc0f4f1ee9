"""Sums of the ledger of movements by order, which the rules of gate `marts` compare with raw before and marts after it.

They add up what the ledger says; what a line is, its sign and what takes it back is decided there and nowhere here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import duckdb

from expectations.newest_versions import newest

LEDGER = "intermediate.int_movements"
_ITEMS = "marts.fct_order_items"
LEDGER_COLUMNS = (
    "movement_id",
    "movement_kind",
    "movement_status",
    "order_id",
    "order_item_id",
    "product_code",
    "product_description",
    "order_date",
    "line_kind",
    "part",
    "quantity",
    "raw_amount",
    "original_amount",
    "amount",
    "currency",
)
# One row per order each, made by `ledger_statements` for the time of a connection.
LEDGER_ORDERS = "ledger_orders"
RAW_ORDER_LINES = "raw_order_lines"
ORDER_ITEM_SUMS = "order_item_sums"
# What a raw line is worth as it is written, to the last decimal; null where it has no price.
AS_WRITTEN = "coalesce(line_amount, quantity * unit_price_amount)"
# What counts in the marts: an amount without a rate is there, and is 0.
COUNTS = "movement_status in ('kept', 'no_exchange_rate')"

_PARTS = ", ".join(
    f"sum(case when part = '{part}' then amount else 0 end) as {part}_amount"
    for part in ("sale", "return", "charge", "adjustment")
)


def ledger_statements(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """SQL that makes `LEDGER_ORDERS`, `RAW_ORDER_LINES` and `ORDER_ITEM_SUMS`, for any connection to the same file.

    None of what a table is missing for. The newest versions of raw rows must be there (`newest_versions`).
    """
    if _has(connection, _ITEMS, ("order_id", "line_amount")):
        yield f"""
            create or replace temp table {ORDER_ITEM_SUMS} as
            select order_id, count(*) as line_count, sum(line_amount) as line_amount from {_ITEMS} group by order_id
        """
    if _has(connection, LEDGER, LEDGER_COLUMNS):
        yield f"""
            create or replace temp table {LEDGER_ORDERS} as
            select
                order_id,
                max(order_date) as order_date,
                bool_or({COUNTS}) as has_movements,
                count(*) filter (movement_kind = 'line') as raw_line_count,
                sum(raw_amount) as raw_amount,
                sum(abs(quantity)) as raw_units,
                count(*) filter (movement_kind = 'line' and {COUNTS}) as line_count,
                sum(case when movement_kind = 'line' then amount else 0 end) as line_amount,
                {_PARTS}
            from {LEDGER}
            group by order_id
        """
        yield f"""
            create or replace temp table {RAW_ORDER_LINES} as
            select
                order_id,
                count(*) as line_count,
                coalesce(sum({AS_WRITTEN}), 0) as amount,
                sum(abs(quantity)) as units
            from {newest("order_items")}
            group by order_id
        """


def _has(connection: duckdb.DuckDBPyConnection, table: str, columns: Sequence[str]) -> bool:
    found = connection.execute(
        "select column_name from information_schema.columns where table_schema || '.' || table_name = ?", [table]
    ).fetchall()
    return set(columns) <= {name for (name,) in found}
