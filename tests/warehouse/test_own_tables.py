"""The tables that Python writes: a build file of an earlier release gets what it lacks and loses nothing."""

from __future__ import annotations

from pathlib import Path

import duckdb

from warehouse.tables.own_tables import own_tables
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
