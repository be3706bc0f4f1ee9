"""A DuckDB file rewritten: what was deleted from it does not stay behind in free pages."""

from __future__ import annotations

from pathlib import Path

import duckdb

from warehouse.base.connections import one_row
from warehouse.base.sql_text import literal


def copy_afresh(connection: duckdb.DuckDBPyConnection, target: Path) -> None:
    """Write all schemas, tables and views of an open file into a new one that the same programs can open.

    Parameters
    ----------
    target
        Does not exist yet. Views name their file, so it needs the name of the open one.
    """
    old, storage = one_row(
        connection,
        "select database_name, rtrim(tags['storage_version'], '+') from duckdb_databases() "
        "where database_name = current_database()",
    )
    connection.execute(f"attach {literal(str(target))} as renewed (storage_version {literal(storage)})")
    try:
        connection.execute(f'copy from database "{old}" to renewed')
        connection.execute("checkpoint renewed")
    finally:
        connection.execute("detach renewed")
