"""The tables of the former version, empty, at the start of a new one: most of a thousand comments come with them."""

from __future__ import annotations

from collections.abc import Mapping

import duckdb

from warehouse.base.connections import DATABASE, attach_read_only
from warehouse.base.errors import WarehouseBusy, WarehouseUnreadable
from warehouse.base.rows import columns_by_table
from warehouse.base.settings import Settings
from warehouse.base.sql_text import quoted
from warehouse.publishing.published_versions import folder_of, live_version

_FORMER = "former_version"


class FormerTables:
    """What an empty file took over of the live version; nothing where none is live or it cannot be read.

    Parameters
    ----------
    schemas
        Created where they are missing.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, settings: Settings, schemas: tuple[str, ...]) -> None:
        self.connection = connection
        self._unfilled = _taken_over(connection, settings)
        for schema in schemas:
            connection.execute(f"create schema if not exists {schema}")

    def fill(
        self,
        table: tuple[str, str],
        columns: list[tuple[str, str]],
        query: str,
        parameters: Mapping[str, object] | None = None,
    ) -> None:
        """Put the rows of a query into a table, which is made anew unless it was taken over with the same columns.

        Parameters
        ----------
        table
            Its schema and name.
        columns
            Of the query, with their types.
        """
        place = ".".join(map(quoted, table))
        is_same = self._unfilled.pop(table, None) == columns
        into = f"insert into {place}" if is_same else f"create or replace table {place} as"
        self.connection.execute(f"{into} {query}", parameters)

    def drop_unfilled(self) -> None:
        """Drop the tables that the new version does not have."""
        for table in self._unfilled:
            self.connection.execute(f"drop table {'.'.join(map(quoted, table))}")
        self._unfilled = {}


def _taken_over(
    connection: duckdb.DuckDBPyConnection, settings: Settings
) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """Make the tables, and return their columns."""
    version = live_version(settings)
    if version is None:
        return {}
    try:
        attach_read_only(connection, folder_of(settings, version) / DATABASE, _FORMER)
    except (WarehouseBusy, WarehouseUnreadable):
        return {}
    [(here,)] = connection.execute("select current_database()").fetchall()
    connection.execute(f"copy from database {_FORMER} to {quoted(here)} (schema)")
    connection.execute(f"detach {_FORMER}")
    return columns_by_table(connection, here)
