"""DuckDB files, read-only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote

import duckdb

from warehouse.places.credentials import Credentials
from warehouse.places.session import Rows, Session
from warehouse.source_definitions.place import Place

_PORTION_ROWS = 5_000


@contextmanager
def open_duckdb_file(place: Place, _credentials: Credentials) -> Iterator[Session]:
    """Open the file; queries read nothing but it."""
    connection = duckdb.connect(unquote(place.parts.path), read_only=True, config={"enable_external_access": "false"})
    try:
        connection.execute("set lock_configuration = true")
        connection.execute("begin transaction")

        def select(sql: str, values: Sequence[Any]) -> Rows:
            cursor = connection.execute(sql, list(values))
            return tuple(column[0] for column in cursor.description or ()), _rows(cursor)

        yield Session(select, "?", '"')
    finally:
        connection.close()


def _rows(cursor: duckdb.DuckDBPyConnection) -> Iterator[Sequence[Any]]:
    while rows := cursor.fetchmany(_PORTION_ROWS):
        yield from rows
