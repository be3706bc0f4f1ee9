"""The page on products: what sold and fell, rules as sentences, what a contact brings."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import duckdb
import pandas
import pytest

from dashboard.base.numbers import Numbers
from dashboard.base.questions import answer
from dashboard.base.texts import Texts
from dashboard.charts.products import best
from dashboard.pages.products import sentences

_DAY = date(2026, 7, 1)


@pytest.fixture
def version() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(
            """
            create schema marts;
            create table marts.dim_products as
            select * from (values ('A', 'Tea', 'tea'), ('B', 'Tea', 'tea'), ('C', null, null))
                as t (product_code, product_name, category);
            create table marts.fct_order_items as
            select *, 'goods' as line_kind, null::text as pseudo_product_kind from (values
                ('A', 'c1', 10.0, date '2026-06-30', null),
                ('A', 'c2', 10.0, date '2026-04-02', null),  -- the 90th day before the first of July
                ('A', 'c2', 99.0, date '2026-04-01', null),
                ('A', 'c1', 5.0, date '2025-06-30', null),
                ('B', 'c1', 3.0, date '2026-05-01', null),
                ('B', 'c1', 9.0, date '2025-05-01', null),
                ('C', 'c3', 50.0, date '2026-05-01', timestamp '2026-05-01 10:00:00'),
                ('C', 'c3', 1.0, date '2026-07-01', null)
            ) as t (product_code, customer_id, line_amount, order_date, reversed_at)
            """
        )
        yield connection


def test_ninety_days_are_set_against_those_a_year_before(version: duckdb.DuckDBPyConnection) -> None:
    rows = answer(version, "products/sold", {"as_of_date": _DAY, "kind": "best"})
    columns = ["product_code", "net_amount", "net_amount_before", "change_amount", "customer_count"]
    assert rows[columns].values.tolist() == [["A", 20, 5, 15, 2], ["B", 3, 9, -6, 1]]
    fallen = answer(version, "products/sold", {"as_of_date": _DAY, "kind": "fallen"})
    assert fallen["product_code"].tolist() == ["B"]


def test_two_products_of_one_name_are_two_bars(version: duckdb.DuckDBPyConnection) -> None:
    frame = answer(version, "products/sold", {"as_of_date": _DAY, "kind": "best"})
    rows, *_ = best(frame, Texts("en"), Numbers("en", "EUR")).to_dict()["datasets"].values()
    assert [row["product_name"] for row in rows] == ["Tea · A", "Tea · B"]


def test_a_rule_is_a_sentence() -> None:
    rule = {
        "antecedent_product_names": ["<script>tea</script>"],
        "consequent_product_name": ["[pot](x)"],
        "confidence_share": [0.904],
    }
    assert sentences(pandas.DataFrame(rule), Texts("en")) == [
        "Who buys <script>tea</script> buys [pot](x) in 90 % of the baskets"
    ]
