"""A shop whose sales are drawn from known expectations, as tables of a build file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import duckdb
import numpy as np
import pandas as pd

COUNTRIES = ("Germany", "France", "Norway")
CATEGORIES = ("coffee", "tea")
_TABLES = """
create schema intermediate; create schema marts;
create table intermediate.int_orders_netted (
    order_id varchar, customer_id varchar, country varchar, ordered_at timestamp, order_date date,
    cancelled_at timestamp, is_sale_of_goods boolean, returned_amount decimal(38, 10));
create table intermediate.int_customer_movements (
    order_id varchar, movement_part varchar, is_demand boolean, occurred_at timestamp,
    counts_from_at timestamp, counts_until_at timestamp);
create table intermediate.int_return_portions (order_id varchar, sold_order_id varchar, amount decimal(38, 10));
create table intermediate.int_movements (
    order_id varchar, product_code varchar, part varchar, line_kind varchar, movement_status varchar,
    occurred_at timestamp, original_amount decimal(28, 10), amount decimal(28, 10));
create table marts.dim_products (product_code varchar, category varchar);
insert into marts.dim_products values ('C', 'coffee'), ('T', 'tea');
"""


def empty_shop() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(_TABLES)
    return connection


def add_order(
    connection: duckdb.DuckDBPyConnection,
    order_id: str,
    day: str,
    lines: Sequence[tuple[str | None, float]],
    *,
    customer_id: str | None = "A",
    country: str | None = "Germany",
    cancelled_at: str | None = None,
    stands_until: str | None = None,
) -> None:
    """An order at noon; lines below zero are returns."""
    moment = f"{day} 12:00:00"
    returned = sum(amount for _, amount in lines if amount < 0)
    is_sale = any(amount > 0 for _, amount in lines)
    connection.execute(
        "insert into intermediate.int_orders_netted values (?, ?, ?, ?, ?, ?, ?, ?)",
        [order_id, customer_id, country, moment, day, cancelled_at, is_sale, returned],
    )
    if customer_id and is_sale:
        connection.execute(
            "insert into intermediate.int_customer_movements values (?, 'sale', true, ?, ?, ?)",
            [order_id, moment, moment, stands_until or cancelled_at],
        )
    for product, amount in lines:
        connection.execute(
            "insert into intermediate.int_movements values (?, ?, ?, 'goods', 'kept', ?, ?, ?)",
            [order_id, product, "sale" if amount > 0 else "return", moment, amount, amount],
        )


def busy_shop(first: date, day_count: int, seed: int = 5) -> duckdb.DuckDBPyConnection:
    """Orders by a Poisson process with a season: twice as many in December as in June."""
    random = np.random.default_rng(seed)
    days = pd.date_range(first, periods=day_count)
    rate = 9 * np.exp(0.35 * np.cos(2 * np.pi * (days.dayofyear - 350) / 365.25))
    day = np.repeat(days, random.poisson(rate))
    count = len(day)
    orders = pd.DataFrame(
        {
            "order_id": [f"O{number:06d}" for number in range(count)],
            "customer_id": [f"C{number}" for number in random.integers(0, 400, count)],
            "country": random.choice(COUNTRIES, count, p=[0.6, 0.38, 0.02]),
            "ordered_at": day + pd.Timedelta(hours=12),
            "product": random.choice(["C", "T"], count, p=[0.7, 0.3]),
            "amount": np.round(random.gamma(4, 10, count), 2),
        }
    )
    connection = empty_shop()
    connection.register("drawn", orders)
    connection.execute(
        "insert into intermediate.int_orders_netted "
        "select order_id, customer_id, country, ordered_at, ordered_at::date, null, true, 0 from drawn"
    )
    connection.execute(
        "insert into intermediate.int_customer_movements "
        "select order_id, 'sale', true, ordered_at, ordered_at, null from drawn"
    )
    connection.execute(
        "insert into intermediate.int_movements "
        "select order_id, product, 'sale', 'goods', 'kept', ordered_at, amount, amount from drawn"
    )
    return connection
