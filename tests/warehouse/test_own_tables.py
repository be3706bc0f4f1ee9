"""The tables that Python writes: a build file of an earlier release gets what it lacks and loses nothing."""

from __future__ import annotations

from pathlib import Path

import duckdb

from warehouse.tables.build_tables import create_build_tables
from warehouse.tables.own_tables import own_tables
from warehouse.tables.present_tables import present_tables
from warehouse.tables.scores import create_score_tables


def columns_of(connection: duckdb.DuckDBPyConnection, table: str) -> set[str]:
    return {row[0] for row in connection.execute(f"describe {table}").fetchall()}


def test_missing_columns_are_added_and_rows_and_views_stay(tmp_path: Path) -> None:
    file = str(tmp_path / "build.duckdb")
    with duckdb.connect(file) as connection:
        connection.execute(
            "create schema scores; create table scores.customer_churn (customer_id varchar not null, "
            "as_of_date date not null); insert into scores.customer_churn values ('c1', '2024-07-01'); "
            "create view scores.customer_churn_current as select * from scores.customer_churn"
        )
    with duckdb.connect(file) as connection:
        create_score_tables(connection)
        create_score_tables(connection)
    with duckdb.connect(file, read_only=True) as connection:
        for table in own_tables("scores"):
            assert columns_of(connection, f"scores.{table.name}") == {column.name for column in table.columns}
        found = connection.execute("select customer_id, status, reasons from scores.customer_churn_current").fetchall()
    assert found == [("c1", None, None)]


def test_a_full_table_is_left_alone() -> None:
    with duckdb.connect() as connection:
        create_score_tables(connection)
        before = connection.execute("describe scores.customer_clv").fetchall()
        create_score_tables(connection)
        assert connection.execute("describe scores.customer_clv").fetchall() == before


def test_raw_tables_of_an_earlier_release_get_columns_types_and_numbers() -> None:
    with duckdb.connect() as connection:
        connection.execute(
            "create schema raw; create table raw.orders (order_id varchar, order_amount decimal(18, 2), "
            "_loaded_at timestamp not null); "
            "insert into raw.orders values ('a', 1.5, '2024-01-01'), ('b', 2.5, '2024-02-01'), ('c', 3.5, '2024-02-01')"
        )
        create_build_tables(connection)
        kinds = {row[0]: row[1] for row in connection.execute("describe raw.orders").fetchall()}
        found = connection.execute(
            "select order_id, order_amount::varchar, _arrival_number, _is_gone, currency from raw.orders order by all"
        ).fetchall()
    assert kinds["order_amount"] == "DECIMAL(22,10)"
    assert found == [
        ("a", "1.5000000000", -1, False, None),
        ("b", "2.5000000000", 0, False, None),
        ("c", "3.5000000000", 0, False, None),
    ]


def test_what_is_there_is_seen_to_be_complete_and_what_lacks_a_column_or_type_is_not() -> None:
    with duckdb.connect() as connection:
        create_build_tables(connection)
        present = present_tables(connection)
        for table in (*own_tables("scores"), *own_tables("quality")):
            assert not present.lacks(f"{table.schema}.{table.name}", table.column_types), table.name
    assert present.lacks("quality.absent", {})
    assert present.lacks("quality.drift", {"job": "VARCHAR", "jo": "VARCHAR"})
    assert present.lacks("quality.drift", {"job": "BIGINT"})
