"""Rows put into a table by the names of their columns."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import duckdb
import pytest

from warehouse.base.rows import insert_rows


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(
        "create table kept (name varchar, amount decimal(18, 2), day date, kind varchar default 'usual')"
    )
    return connection


def test_each_value_becomes_what_its_column_is_whatever_stands_beside_it(connection):
    rows = [
        {"name": "a", "amount": Decimal("1.25"), "day": date(2024, 1, 1)},
        {"name": True, "amount": 2.339, "day": "2024-01-02"},
        {"name": Decimal("1.50"), "amount": 12345678901, "day": None},
        {"amount": 4, "kind": "other"},
        {"name": "e", "amount": None, "day": None},
    ]
    insert_rows(connection, "kept", iter(rows))
    assert connection.execute("select * from kept").fetchall() == [
        ("a", Decimal("1.25"), date(2024, 1, 1), "usual"),
        ("true", Decimal("2.34"), date(2024, 1, 2), "usual"),
        ("1.50", Decimal("12345678901.00"), None, "usual"),
        (None, Decimal("4.00"), None, "other"),
        ("e", None, None, "usual"),
    ]


@pytest.mark.parametrize("count", [0, 1, 199, 200, 201, 401])
def test_any_number_of_rows_arrives_once_and_in_order(connection, count):
    insert_rows(connection, "kept", ({"amount": number} for number in range(count)))
    found = connection.execute("select amount from kept").fetchall()
    assert [int(amount) for (amount,) in found] == list(range(count))
