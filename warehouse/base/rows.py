"""Rows of a table by the names of its columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from duckdb import DuckDBPyConnection

from warehouse.base.sql_text import literal


def insert_rows(connection: DuckDBPyConnection, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Add a few rows to a table, each by the names of its columns; columns that a row lacks get their default."""
    for row in rows:
        places = ", ".join(f"${name}" for name in row)
        connection.execute(f"insert into {table} ({', '.join(row)}) values ({places})", dict(row))


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


def column_types(connection: DuckDBPyConnection, relation: str) -> dict[str, str]:
    """The columns of a table, view or sub-query in their order, with their types in capitals."""
    return {name: kind for name, kind, *_ in connection.execute(f"describe {relation}").fetchall()}
