"""Comments: each table and column of a published file says itself what it means, in the data dictionary's words."""

from __future__ import annotations

from collections.abc import Iterator

from duckdb import DuckDBPyConnection

from warehouse.base.sql_text import literal, quoted
from warehouse.base.transactions import transaction
from warehouse.tables.descriptions import published_tables


def write_comments(connection: DuckDBPyConnection, only: tuple[str, ...] | None = None) -> None:
    """Comment the tables of an open file that is being made, and their columns; what nothing describes stays as it is.

    Parameters
    ----------
    only
        Names of tables; None for all.
    """
    present = connection.execute(
        "select schema_name, table_name, list(column_name) from duckdb_columns() "
        "where database_name = current_database() and not internal group by all"
    ).fetchall()
    columns = {(schema, table): set(names) for schema, table, names in present if only is None or table in only}
    with transaction(connection):
        for statement in _statements(columns):
            connection.execute(statement)


def _statements(present: dict[tuple[str, str], set[str]]) -> Iterator[str]:
    for table in published_tables():
        names = present.get((table.schema, table.name))
        if names is None:
            continue
        place = f"{quoted(table.schema)}.{quoted(table.name)}"
        yield f"comment on table {place} is {literal(table.description)}"
        for column in table.columns:
            if column.name in names:
                yield f"comment on column {place}.{quoted(column.name)} is {literal(column.description)}"
