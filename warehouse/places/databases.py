"""The databases that can be read."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from warehouse.places.credentials import Credentials
from warehouse.places.duckdb_file import open_duckdb_file
from warehouse.places.mysql import open_mysql
from warehouse.places.postgresql import open_postgresql
from warehouse.places.session import Session
from warehouse.places.sqlite import open_sqlite
from warehouse.source_definitions.place import Place

_OPENERS: dict[str, Callable[[Place, Credentials], AbstractContextManager[Session]]] = {
    "postgresql": open_postgresql,
    "mysql": open_mysql,
    "sqlite": open_sqlite,
    "duckdb": open_duckdb_file,
}


def open_database(place: Place, credentials: Credentials) -> AbstractContextManager[Session]:
    """Look at a database; its driver raises exceptions of its own."""
    return _OPENERS[place.scheme](place, credentials)
