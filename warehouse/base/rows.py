"""Rows of a table by the names of its columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from duckdb import DuckDBPyConnection


def insert_rows(connection: DuckDBPyConnection, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Add a few rows to a table, each by the names of its columns; columns that a row lacks get their default."""
    for row in rows:
        places = ", ".join(f"${name}" for name in row)
        connection.execute(f"insert into {table} ({', '.join(row)}) values ({places})", dict(row))


def as_dicts(result: DuckDBPyConnection) -> list[dict[str, Any]]:
    """The rows of a query that was executed, each by the names of its columns."""
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def column_types(connection: DuckDBPyConnection, relation: str) -> dict[str, str]:
    """The columns of a table, view or sub-query in their order, with their types in capitals."""
    return {name: kind for name, kind, *_ in connection.execute(f"describe {relation}").fetchall()}
