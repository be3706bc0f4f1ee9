"""MySQL and MariaDB, read-only, in one snapshot; rows come as they are read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from warehouse.places.credentials import Credentials
from warehouse.places.session import Rows, Session
from warehouse.source_definitions.place import Place

_CONNECT_SECONDS = 15
_PORT = 3306


@contextmanager
def open_mysql(place: Place, credentials: Credentials) -> Iterator[Session]:
    """Connect; the server itself refuses writing."""
    import pymysql
    import pymysql.cursors

    connection = pymysql.connect(
        host=place.parts.hostname or "localhost",
        port=place.parts.port or _PORT,
        user=credentials.user or None,
        password=credentials.password,
        database=place.parts.path.lstrip("/"),
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=place.seconds_maximum,
        charset="utf8mb4",
        ssl=credentials.trust() if credentials.authorities_file else None,
        cursorclass=pymysql.cursors.SSCursor,  # rows are not gathered here first
    )
    try:
        with connection.cursor() as cursor:
            cursor.execute("set session transaction isolation level repeatable read")
            cursor.execute("start transaction with consistent snapshot, read only")

        def select(sql: str, values: Sequence[Any]) -> Rows:
            cursor = connection.cursor()
            cursor.execute(sql, values or None)
            return tuple(column[0] for column in cursor.description), iter(cursor.fetchone, None)

        yield Session(select, "%s", "`")
    finally:
        connection.close()
