"""The job at an earlier date: the same from today's tables as from those in which nothing later has happened."""

from __future__ import annotations

from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd

from ml.jobs.registry import load_batch_job

FIRST, DATE = date(2025, 1, 1), date(2025, 12, 1)
LATER_DAYS = 60
_TABLES = """
create schema intermediate; create schema marts;
create table intermediate.int_customer_movements as
    select order_id, customer_id, day as order_date, day + interval 12 hour as occurred_at, 'sale' as movement_part,
        true as is_demand, day + interval 12 hour as counts_from_at,
        case when order_id % 9 = 0 then day + interval 20 day end as counts_until_at
    from (select distinct order_id, customer_id, day from lines);
create table marts.fct_order_items as
    select order_id, product_code, 'goods' as line_kind, 5.0 as original_line_amount from lines;
create table marts.dim_products as select distinct product_code, product_code as product_name from lines;
create table marts.customer_rfm as
    select distinct customer_id, if(customer_id % 2 = 0, 'loyal', 'new') as rfm_segment_name,
        date '2025-12-01' as as_of_date
    from lines where day < date '2025-12-01';
"""
# What is not known on the date: orders and lines of later days, and that an order was cancelled.
_FORGET = """
delete from intermediate.int_customer_movements where occurred_at >= date '2025-12-01';
update intermediate.int_customer_movements set counts_until_at = null where counts_until_at >= date '2025-12-01';
delete from marts.fct_order_items where order_id not in (select order_id from intermediate.int_customer_movements);
delete from marts.dim_products where product_code not in (select product_code from marts.fct_order_items);
"""


def lines() -> pd.DataFrame:
    """Until the date A goes with B and C with D; afterwards A with C, and E comes."""
    random = np.random.default_rng(4)
    days = (DATE - FIRST).days + LATER_DAYS
    rows = []
    for order, day in enumerate(np.sort(random.integers(0, days, 6000))):
        is_later = FIRST + timedelta(int(day)) >= DATE
        basket = {str(random.choice(list("ABCDEFGH")))} if not is_later else {"E"}
        for first, second in [("A", "C")] if is_later else [("A", "B"), ("C", "D")]:
            if random.random() < 0.15:
                basket |= {first, second}
        rows += [(order, order % 300, FIRST + timedelta(int(day)), product) for product in sorted(basket)]
    return pd.DataFrame(rows, columns=["order_id", "customer_id", "day", "product_code"])


def shop() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.register("drawn", lines())
    connection.execute("create temp table lines as select * replace (day::date as day) from drawn")
    connection.execute(_TABLES)
    return connection


def test_without_the_future_the_rules_are_the_same() -> None:
    job, whole, known = load_batch_job("product_affinity"), shop(), shop()
    known.execute(_FORGET)
    found, again = job.results(whole, DATE), job.results(known, DATE)
    pd.testing.assert_frame_equal(found.rows, again.rows)
    assert found.figures == again.figures
    pairs = set(zip(found.rows["antecedent_product_codes"], found.rows["consequent_product_code"], strict=True))
    assert {("A", "B"), ("C", "D")} <= pairs
    assert ("A", "C") not in pairs


def test_rules_are_told_by_period_and_segment() -> None:
    rows = load_batch_job("product_affinity").results(shop(), DATE).rows
    parts = set(zip(rows["period_name"], rows["segment_name"], strict=True))
    assert parts >= {("whole history", "all customers"), ("last 90 days", "all customers")}
    assert parts >= {("whole history", "loyal"), ("whole history", "new")}
    halves = rows[(rows["period_name"] == "whole history") & (rows["antecedent_product_codes"] == "A")]
    counts = halves[halves["consequent_product_code"] == "B"].set_index("segment_name")["joint_basket_count"]
    assert counts["loyal"] + counts["new"] == counts["all customers"]


def test_later_weeks_are_another_answer() -> None:
    """The same tables at the end: what was deleted above would have changed the rules."""
    whole, end = shop(), DATE + timedelta(LATER_DAYS)
    rows = load_batch_job("product_affinity").results(whole, end).rows
    assert ("A", "C") in set(zip(rows["antecedent_product_codes"], rows["consequent_product_code"], strict=True))
