"""A small shop in the tables that the recommendations read: groups of products, customers with a liking each."""

from __future__ import annotations

from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd

AS_OF = date(2025, 1, 1)
FIRST_DAY = date(2024, 1, 1)
GROUPS = ("tea", "mugs", "candles", "cards")
PER_GROUP = 8
CUSTOMER_COUNT = 160

_TABLES = """
create schema intermediate; create schema marts; create schema staging;
create table intermediate.int_movements (movement_id varchar, order_id varchar, customer_id varchar,
    product_code varchar, order_date date, occurred_at timestamp, movement_status varchar, part varchar,
    line_kind varchar, original_amount double);
create table intermediate.int_order_standings (order_id varchar, stands_from_at timestamp, stands_until_at timestamp);
create table intermediate.int_takebacks (record_kind varchar, movement_id varchar, from_at timestamp,
    until_at timestamp);
create table intermediate.int_customer_profiles (customer_id varchar, country varchar, valid_from_at timestamp,
    valid_to_at timestamp);
create table intermediate.int_customer_countries (customer_id varchar, country varchar, valid_from_at timestamp,
    valid_to_at timestamp);
create table marts.dim_customers (customer_id varchar, consent_status varchar, may_be_contacted boolean,
    registered_at timestamp, first_order_date date);
create table marts.dim_products (product_code varchar, product_name varchar, category varchar,
    is_pseudo_product boolean, first_sold_date date);
create table staging.stg_products (product_code varchar, list_price_amount double);
"""


def code(group: int, number: int) -> str:
    """The code of a product."""
    return f"{GROUPS[group]}-{number}"


def lines(seed: int = 7) -> pd.DataFrame:
    """One line per row: every customer buys from one group mostly, and again what they bought, every 20 days or so."""
    random = np.random.default_rng(seed)
    rows = []
    days = (AS_OF - FIRST_DAY).days
    for number in range(CUSTOMER_COUNT):
        liking = number % len(GROUPS)
        own = random.permutation(PER_GROUP)[:4]
        for day in np.cumsum(random.integers(12, 30, days // 12)):
            if day >= days:
                break
            for _ in range(2):
                group = liking if random.random() < 0.85 else int(random.integers(len(GROUPS)))
                product = int(random.choice(own)) if random.random() < 0.6 else int(random.integers(PER_GROUP))
                rows.append((f"C{number:03d}", code(group, product), FIRST_DAY + timedelta(days=int(day))))
        if number % 2 == 0:
            rows.append((f"C{number:03d}", "kettle", FIRST_DAY + timedelta(days=int(random.integers(days)))))
    frame = pd.DataFrame(rows, columns=["customer_id", "product_code", "order_date"])
    frame["order_id"] = frame["customer_id"] + "/" + frame["order_date"].astype(str)
    return frame.sort_values(["order_date", "customer_id", "product_code"], ignore_index=True)


def connect(frame: pd.DataFrame, unsold: tuple[str, ...] = ()) -> duckdb.DuckDBPyConnection:
    """The tables with these lines; C000 refused, C001 unsubscribed, N00 has an account and no order."""
    connection = duckdb.connect()
    connection.execute(_TABLES)
    connection.register("lines", frame)
    connection.execute(
        "insert into intermediate.int_movements select row_number() over () || '', order_id, customer_id, "
        "product_code, order_date, order_date + interval 10 hour, 'kept', 'sale', 'goods', 5.0 from lines"
    )
    connection.execute(
        "insert into marts.dim_customers select customer_id, case customer_id when 'C000' then 'refused' "
        "when 'C001' then 'unsubscribed' else 'given' end, customer_id not in ('C000', 'C001'), null, min(order_date) "
        "from lines group by 1"
    )
    connection.execute("insert into marts.dim_customers values ('N00', 'given', true, timestamp '2024-06-01', null)")
    connection.execute(
        "insert into intermediate.int_customer_profiles values ('N00', 'Norway', timestamp '2024-06-01', null)"
    )
    # only the names of teas say what they are
    names = [
        (code(g, n), f"tea sort{n}" if g == 0 else f"piece{g}{n}", None)
        for g in range(len(GROUPS))
        for n in range(PER_GROUP)
    ]
    names += [("kettle", "Copper kettle", "kitchen"), *((one, f"{one.split('-')[0]} novelty", None) for one in unsold)]
    for product_code, name, category in names:
        connection.execute(
            "insert into marts.dim_products values (?, ?, ?, false, null)", [product_code, name, category]
        )
        connection.execute("insert into staging.stg_products values (?, 5)", [product_code])
    connection.execute("insert into marts.dim_products values ('POST', 'Postage', null, true, null)")
    return connection
