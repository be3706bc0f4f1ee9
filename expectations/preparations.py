"""What the rules and measures of a gate share: temporary tables and views, made once on its connection."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

from expectations.ledger import ledger_statements
from expectations.newest_versions import newest_version_statements

# Name and type of each column of each table: asked once, for DuckDB looks at all tables for it.
EXISTING_COLUMNS = "existing_columns"
_EXISTING_COLUMNS = f"""
    create or replace temp table {EXISTING_COLUMNS} as
    select schema_name as table_schema, table_name, column_name, data_type
    from duckdb_columns()
    where database_name = current_database()
"""


def prepare(connection: duckdb.DuckDBPyConnection, gate: str) -> None:
    """Make them on this connection."""
    for statement in list(_statements(connection, gate)):
        connection.execute(statement)


def _statements(connection: duckdb.DuckDBPyConnection, gate: str) -> Iterator[str]:
    yield _EXISTING_COLUMNS
    if gate in ("raw", "marts"):
        yield from newest_version_statements(connection)
    if gate == "marts":
        yield from ledger_statements(connection)
