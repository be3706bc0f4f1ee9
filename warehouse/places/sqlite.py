"""SQLite files, read-only, by Python's own driver."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote, unquote

from warehouse.places.credentials import Credentials
from warehouse.places.session import Rows, Session
from warehouse.source_definitions.place import Place

_STEPS_BETWEEN_LOOKS = 100_000


@contextmanager
def open_sqlite(place: Place, _credentials: Credentials) -> Iterator[Session]:
    """Open the file; it is not made if it is not there, and nothing can be written into it."""
    connection = sqlite3.connect(
        f"file:{quote(unquote(place.parts.path))}?mode=ro", uri=True, isolation_level=None, timeout=30
    )
    deadline = time.monotonic() + place.seconds_maximum
    connection.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS_BETWEEN_LOOKS)
    try:
        # Bytes that are no text are told by the loader, row by row.
        connection.text_factory = lambda given: given.decode("utf-8", "surrogateescape")
        connection.execute("pragma query_only = on")
        connection.execute("begin")  # one moment for all tables

        def select(sql: str, values: Sequence[Any]) -> Rows:
            cursor = connection.execute(sql, values)
            return tuple(column[0] for column in cursor.description), iter(cursor)

        yield Session(select, "?", '"')
    finally:
        connection.close()
