"""The files of a shop of any size, in the form of the data contract: customers, orders and their lines."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import duckdb

from tools.benchmark.marts import AS_OF_DATE
from tools.benchmark.shop import HISTORY_DAYS, simulated_orders

# Customers order so often that it is seven to eight times in the mean.
RATE_SCALE_DAYS = 17.5
PRODUCT_COUNT = 2000

# One order in forty is a credit note of one piece, one in sixty is cancelled within the month.
_ORDERS = """
create table orders as
select
    'O' || lpad(cast(number as varchar), 10, '0') as order_id,
    'C' || lpad(cast(customer as varchar), 9, '0') as customer_id,
    $begin + cast(day as integer) + to_seconds(cast(28800 + hash(number) % 43200 as bigint)) as ordered_at,
    case when hash(number, 1) % 40 = 0 then 'return' else 'sale' end as order_kind,
    case when hash(number, 2) % 60 = 0 then 'cancelled' else 'completed' end as order_status,
    case when hash(number, 2) % 60 = 0 then ordered_at + to_days(cast(1 + hash(number, 3) % 28 as integer)) end
        as cancelled_at,
    number,
    amount
from drawn
"""
_NOT_YET_CANCELLED = "update orders set order_status = 'completed', cancelled_at = null where cancelled_at >= ?"
# One to four lines, two and a half in the mean, that share the amount of the order.
_LINES = f"""
create table order_items as
select
    order_id || '/' || line_number as order_item_id,
    order_id,
    line_number,
    'P' || hash(number, line_number, 1) % {PRODUCT_COUNT} as product_code,
    case when order_kind = 'return' then -1 else 1 + hash(number, line_number, 2) % 3 end as quantity,
    greatest(cast(amount / line_count / 2 as decimal(18, 2)), 0.01) as unit_price_amount
from (select *, 1 + hash(number, 4) % 4 as line_count from orders)
cross join range(1, 5) as lines (line_number)
where line_number <= line_count
"""
_CUSTOMERS = """
select
    customer_id,
    min(ordered_at) as registered_at,
    'Customer ' || customer_id as last_name,
    lower(customer_id) || '@example.org' as email,
    ['United Kingdom', 'Germany', 'France', 'Austria'][cast(1 + hash(customer_id) % 4 as integer)] as country,
    hash(customer_id, 1) % 3 > 0 as has_marketing_consent
from orders
group by customer_id
"""
_TABLES = {
    "customers": _CUSTOMERS,
    "orders": "select * exclude (number, amount) from orders",
    "order_items": "select * from order_items",
}


def write_shop(folder: Path, customer_count: int, memory_limit: str) -> dict[str, int]:
    """Write the shop's tables as Parquet; return how many rows each has.

    Nothing in them is later than the day before `AS_OF_DATE`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    drawn = simulated_orders(customer_count, rate_scale_days=RATE_SCALE_DAYS).rename_axis("number").reset_index()
    with duckdb.connect(config={"memory_limit": memory_limit, "temp_directory": str(folder / "spilled")}) as connection:
        connection.register("drawn", drawn)
        connection.execute(_ORDERS, {"begin": AS_OF_DATE - timedelta(days=HISTORY_DAYS)})
        connection.execute(_NOT_YET_CANCELLED, [AS_OF_DATE])
        connection.execute(_LINES)
        return {name: _write(connection, query, folder / f"{name}.parquet") for name, query in _TABLES.items()}


# What the shop had sent by the morning of its last day, and what it sends after it: orders of the day, and those that
# were cancelled on it, which are sent again.
_OF_THE_DAY = """
create table orders_of_day as
select * from orders where greatest(ordered_at, coalesce(cancelled_at, ordered_at)) >= $day
"""
_BEFORE_THE_DAY = """
create table orders_before as
select * replace (
    case when cancelled_at >= $day then 'completed' else order_status end as order_status,
    case when cancelled_at < $day then cancelled_at end as cancelled_at
)
from orders where ordered_at < $day
"""


def split_off_last_day(files: Path, folder: Path) -> tuple[Path, Path]:
    """Write the shop's files anew in two folders: all but its last day, and what that day brought."""
    day = AS_OF_DATE - timedelta(days=1)
    queries = {
        "before": {
            "customers": f"from customers where registered_at < date '{day}'",
            "orders": "from orders_before",
            "order_items": "from order_items semi join orders_before using (order_id)",
        },
        "day": {
            "customers": f"from customers where registered_at >= date '{day}'",
            "orders": "from orders_of_day",
            "order_items": "from order_items anti join orders_before using (order_id)",
        },
    }
    with duckdb.connect() as connection:
        for name in _TABLES:
            connection.execute(f"create view {name} as from read_parquet('{files / name}.parquet')")
        for query in (_OF_THE_DAY, _BEFORE_THE_DAY):
            connection.execute(query, {"day": day})
        for part, tables in queries.items():
            (folder / part).mkdir(parents=True)
            for name, query in tables.items():
                _write(connection, query, folder / part / f"{name}_{part}.parquet")
    return folder / "before", folder / "day"


def _write(connection: duckdb.DuckDBPyConnection, query: str, file: Path) -> int:
    written = connection.execute(f"copy ({query}) to '{file}' (format parquet)").fetchone()
    return int(written[0]) if written else 0
