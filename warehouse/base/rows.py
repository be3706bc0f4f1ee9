"""Rows of a table by the names of its columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby, islice
from typing import Any

from duckdb import DuckDBPyConnection

from warehouse.base.sql_text import literal

_ROWS_AT_ONCE = 200


def insert_rows(connection: DuckDBPyConnection, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Add rows to a table, each by the names of its columns; columns that a row lacks get their default.

    Rows that follow each other with the same columns are one statement: planning costs more than inserting.
    """
    for names, alike in groupby(rows, key=tuple):
        places = f"({', '.join('?' for _ in names)})"
        values = iter([row[name] for row in alike for name in names])
        while block := list(islice(values, len(names) * _ROWS_AT_ONCE)):
            listed = ", ".join(places for _ in range(len(block) // len(names)))
            connection.execute(f"insert into {table} ({', '.join(names)}) values {listed}", block)


def insert_frame(connection: DuckDBPyConnection, table: str, frame: object, *, replacing: str = "") -> None:
    """Add the rows of a frame (pandas or Arrow) to a table, by the names of its columns.

    Parameters
    ----------
    replacing
        Columns, as in SQL: former rows with the same values in them as a row of the frame are deleted first.
    """
    connection.register("frame_rows", frame)
    try:
        if replacing:
            same = f"({replacing}) in (select distinct {replacing} from frame_rows)"
            connection.execute(f"delete from {table} where {same}")
        connection.execute(f"insert into {table} by name select * from frame_rows")
    finally:
        connection.unregister("frame_rows")


def as_dicts(result: DuckDBPyConnection) -> list[dict[str, Any]]:
    """The rows of a query that was executed, each by the names of its columns."""
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def row_counts(connection: DuckDBPyConnection, tables: Iterable[str]) -> dict[str, int]:
    """How many rows each table has, under its name as given; one query for all of them."""
    counted = [f"select {literal(table)}, count(*) from {table}" for table in tables]
    return dict(connection.execute(" union all ".join(counted)).fetchall()) if counted else {}


def columns_by_table(connection: DuckDBPyConnection, database: str) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """The columns of all tables and views of an attached file, with their types, by schema and table, in their order.

    One question, where `column_types` of each would be as many.
    """
    query = (
        "select schema_name, table_name, column_name, data_type from duckdb_columns() "
        "where database_name = ? and not internal order by schema_name, table_name, column_index"
    )
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for schema, table, name, kind in connection.execute(query, [database]).fetchall():
        found.setdefault((schema, table), []).append((name, kind))
    return found


def columns_of_tables(connection: DuckDBPyConnection) -> dict[tuple[str, str], dict[str, str]]:
    """The same of the tables of the open file, without its views."""
    [(here,)] = connection.execute("select current_database()").fetchall()
    views = "select schema_name, view_name from duckdb_views() where database_name = ? and not internal"
    left_out = set(connection.execute(views, [here]).fetchall())
    found = columns_by_table(connection, here)
    return {table: dict(columns) for table, columns in found.items() if table not in left_out}


def has_rows(connection: DuckDBPyConnection, relation: str) -> bool:
    """Whether there is a row: answered at once, where planning a question about many columns takes milliseconds."""
    return connection.execute(f"select 1 from {relation} limit 1").fetchone() is not None


def column_types(connection: DuckDBPyConnection, relation: str) -> dict[str, str]:
    """The columns of a table, view or sub-query in their order, with their types in capitals."""
    return {name: kind for name, kind, *_ in connection.execute(f"describe {relation}").fetchall()}
