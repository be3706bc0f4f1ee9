"""A shop whose history can be as long as one likes, each day like the others: orders and lines in contract form."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb

ORDERS_PER_DAY = 50
LINES_PER_ORDER = 10
LAST_DAY = date(2026, 6, 30)

# Everybody orders about five times within 200 days and is then followed by others, so that who orders on a day has a
# short past, however long the shop's is. Nothing is drawn: the same rows each time.
_ORDERS = f"""
create table orders as
select
    concat('o', day_number, '/', order_number) as order_id,
    concat('c', greatest(sequence // 5 - hash(sequence) % {ORDERS_PER_DAY * 40}, 0)) as customer_id,
    cast($last_day as date) - cast(day_number as integer) + to_minutes(cast(480 + order_number as bigint)) as ordered_at
from (
    select
        day_number,
        order_number,
        cast(($day_count - day_number) * {ORDERS_PER_DAY} + order_number as hugeint) as sequence
    from range($day_count) as days (day_number) cross join range({ORDERS_PER_DAY}) as orders (order_number)
)
"""
_LINES = f"""
create table order_items as
select
    concat(order_id, '/', line_number) as order_item_id,
    order_id,
    line_number,
    concat('P', hash(order_id, line_number) % 2000) as product_code,
    1 + hash(line_number, order_id) % 5 as quantity,
    cast(1 + hash(order_id) % 2000 / 100 as decimal(18, 2)) as unit_price_amount
from orders cross join range({LINES_PER_ORDER}) as lines (line_number)
"""


def write_history(folder: Path, day_count: int) -> tuple[Path, Path]:
    """Write two folders of files: the shop's history but for `LAST_DAY`, and that day.

    Parameters
    ----------
    day_count
        Days of the history, the last one included.
    """
    with duckdb.connect() as connection:
        connection.execute(_ORDERS, {"day_count": day_count, "last_day": LAST_DAY})
        connection.execute(_LINES)
        parts = folder / "before", folder / "day"
        for part, comparison in zip(parts, ("<", ">="), strict=True):
            part.mkdir(parents=True)
            chosen = f"select * from orders where ordered_at {comparison} date '{LAST_DAY}'"
            _write(connection, chosen, part / f"orders_{part.name}.parquet")
            lines = f"select * from order_items where order_id in (select order_id from ({chosen}))"
            _write(connection, lines, part / f"order_items_{part.name}.parquet")
    return parts


def _write(connection: duckdb.DuckDBPyConnection, rows: str, file: Path) -> None:
    connection.execute(f"copy ({rows} order by all) to '{file}' (format parquet)")
