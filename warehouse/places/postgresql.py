"""PostgreSQL, read-only, in one snapshot; rows come in portions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, count
from typing import Any

from warehouse.places.credentials import Credentials
from warehouse.places.session import Rows, Session
from warehouse.source_definitions.place import Place

_CONNECT_SECONDS = 15
_PORTION_ROWS = 5_000


@contextmanager
def open_postgresql(place: Place, credentials: Credentials) -> Iterator[Session]:
    """Connect; the server itself refuses writing and ends a statement that takes too long."""
    import psycopg2

    authorities = credentials.authorities_file

    connection = psycopg2.connect(
        host=place.parts.hostname,  # None, as all that is not given: what the library takes otherwise
        port=place.parts.port,
        user=credentials.user or None,
        password=credentials.password or None,
        dbname=place.parts.path.lstrip("/"),
        connect_timeout=_CONNECT_SECONDS,
        application_name="clientele",
        keepalives_idle=30,
        sslmode="verify-full" if authorities else None,
        sslrootcert=authorities or None,
    )
    numbers = count()
    try:
        connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
        with connection.cursor() as cursor:  # not as an option of the connection, which poolers refuse
            cursor.execute("set local statement_timeout = %s", [place.seconds_maximum * 1000])

        def select(sql: str, values: Sequence[Any]) -> Rows:
            cursor = connection.cursor(f"clientele_{next(numbers)}")  # on the server, which sends portions
            cursor.itersize = _PORTION_ROWS
            cursor.execute(sql, values or None)
            first = cursor.fetchmany(1)  # before, the columns are not known
            return tuple(column.name for column in cursor.description), chain(first, cursor)

        yield Session(select, "%s", '"')
    finally:
        connection.close()
