"""Opening DuckDB files: one writer or many readers, in UTC, with a readable word when a file is held."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
from duckdb import DuckDBPyConnection

from warehouse.errors import PublishError, WarehouseBusy
from warehouse.settings import Settings

_HOLDER = re.compile(r"held in (.+?) \(PID (\d+)\)")


@contextmanager
def open_build_file(settings: Settings, source: str, *, read_only: bool = False) -> Iterator[DuckDBPyConnection]:
    """Open the private build file of a source; make it when it is missing and to be written."""
    path = settings.build_file(source)
    if read_only and not path.exists():
        raise WarehouseBusy(
            f"There is no warehouse for source {source!r} yet ({path.name} does not exist).",
            f"Load the source first: make run SOURCE={source}",
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    with open_duckdb(path, settings, read_only=read_only) as connection:
        yield connection


@contextmanager
def open_published(settings: Settings) -> Iterator[DuckDBPyConnection]:
    """Open the published file read-only, as any reader does."""
    if not settings.published_file.exists():
        raise PublishError("Nothing has been published yet.", "Run the pipeline first: make demo (or make run).")
    with open_duckdb(settings.published_file, settings, read_only=True) as connection:
        yield connection


@contextmanager
def open_duckdb(path: Path, settings: Settings, *, read_only: bool) -> Iterator[DuckDBPyConnection]:
    """Open one DuckDB file with the settings' limits; temporary files stay beside it."""
    config = {"memory_limit": settings.memory_limit, "threads": settings.threads}
    try:
        connection = duckdb.connect(str(path), read_only=read_only, config=config)
    except duckdb.IOException as error:
        raise _explained(path, error) from error
    try:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute("set enable_progress_bar = false")
        yield connection
    finally:
        connection.close()


def _explained(path: Path, error: duckdb.IOException) -> WarehouseBusy:
    holder = _HOLDER.search(str(error))
    if holder:
        program, pid = Path(holder.group(1)).name, holder.group(2)
        return WarehouseBusy(
            f"{path.name} is held by another process: {program}, process id {pid}.",
            "Wait for it to end, or close that program. The published file can be read at any time.",
        )
    return WarehouseBusy(
        f"{path.name} cannot be opened: {str(error).splitlines()[0]}", "Look at the file and its folder."
    )
