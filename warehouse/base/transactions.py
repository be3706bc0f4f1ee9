"""All or nothing: what is written in the block stands when it ends, and nothing of it when it fails."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import duckdb
from duckdb import DuckDBPyConnection


@contextmanager
def transaction(connection: DuckDBPyConnection) -> Iterator[None]:
    """Commit what the block wrote, or take it back and raise what went wrong in it.

    A commit that fails (a full disk) has taken everything back by itself.
    """
    connection.begin()
    try:
        yield
    except BaseException:
        with suppress(duckdb.Error):  # a connection that broke has nothing to take back, and what broke it is raised
            connection.rollback()
        raise
    connection.commit()
