"""The `quality` schema: what came in, what was wrong, what was decided, what is live (see own_tables.yml)."""

from __future__ import annotations

import duckdb

from warehouse.tables.own_tables import create_own_tables
from warehouse.tables.present_tables import PresentTables


def create_quality_tables(connection: duckdb.DuckDBPyConnection, present: PresentTables | None = None) -> None:
    """Create the schema and every table that is missing; existing rows stay.

    Parameters
    ----------
    present
        What is there (`present_tables`), if the caller asked for it already.
    """
    create_own_tables(connection, "quality", present)
