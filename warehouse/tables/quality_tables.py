"""The `quality` schema: what came in, what was wrong, what was decided, what is live (see own_tables.yml)."""

from __future__ import annotations

import duckdb

from warehouse.tables.own_tables import create_own_tables


def create_quality_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the schema and every table that is missing; existing rows stay."""
    create_own_tables(connection, "quality")
