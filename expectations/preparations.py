"""What the rules and measures of a gate share: temporary tables and views, made once on each of its connections."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

from expectations.ledger import ledger_statements
from expectations.newest_versions import newest_version_statements


def preparation_statements(connection: duckdb.DuckDBPyConnection, gate: str) -> Iterator[str]:
    """SQL that makes them, for any connection to the same file; it may be read-only."""
    if gate in ("raw", "marts"):
        yield from newest_version_statements(connection)
    if gate == "marts":
        yield from ledger_statements(connection)


def prepare(connection: duckdb.DuckDBPyConnection, gate: str) -> None:
    """Make them on this connection."""
    for statement in list(preparation_statements(connection, gate)):
        connection.execute(statement)
