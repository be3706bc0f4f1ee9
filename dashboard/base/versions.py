"""The published versions that can be looked at, and reading one of them."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

import duckdb

from warehouse.base.connections import DATABASE, attach_read_only, open_duckdb, open_parquet
from warehouse.base.errors import WarehouseBusy
from warehouse.base.settings import Settings
from warehouse.publishing.published_versions import folder_of, is_kept, live_version

_RUNS = """
select published_version, source, as_of_date, published_at
from quality.pipeline_runs
where published_at is not null
order by published_at desc
"""

_NAME = "published"


class FileState(NamedTuple):
    """Which file a version is now: an erasure rewrites the file, and nothing read from the former one may be shown."""

    path: str
    inode: int
    changed_ns: int


@dataclass(frozen=True)
class Version:
    """A published version: what one page view shows, and nothing besides."""

    name: str
    source: str
    as_of_date: date
    published_at: datetime
    is_live: bool


class Reader:
    """A version's file, held open read-only as long as this object lives.

    Raises
    ------
    WarehouseUnreadable
        If it cannot be read.
    """

    def __init__(self, settings: Settings, version: str) -> None:
        self._opened = ExitStack()
        folder = folder_of(settings, version)
        try:
            # Attached, not opened: of one path, a process gets the file it has open already, though an erasure has put
            # another one in its place.
            self._connection = self._opened.enter_context(open_duckdb(Path(":memory:"), settings, read_only=False))
            attach_read_only(self._connection, folder / DATABASE, _NAME)
            self._catalogue = _NAME
        except WarehouseBusy:  # a program has opened it to write
            self._connection = self._opened.enter_context(open_parquet(folder, settings))
            self._catalogue = "memory"

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A connection of its own to the version, for one thread."""
        cursor = self._connection.cursor()
        cursor.execute(f"use {self._catalogue}")
        return cursor

    def close(self) -> None:
        """Let the file go."""
        self._opened.close()


def file_state(settings: Settings, version: str) -> FileState:
    """Return which file the version is at this moment; FileNotFoundError if it is not kept any more."""
    path: Path = folder_of(settings, version) / DATABASE
    found = path.stat()
    return FileState(str(path), found.st_ino, found.st_mtime_ns)


def kept_versions(connection: duckdb.DuckDBPyConnection, settings: Settings) -> list[Version]:
    """Return the versions that are kept, the newest first, as the history in a version tells of them."""
    live = live_version(settings)
    return [
        Version(*row, is_live=row[0] == live)
        for row in connection.execute(_RUNS).fetchall()
        if is_kept(settings, row[0])
    ]
