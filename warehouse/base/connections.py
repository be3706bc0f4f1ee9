"""Opening DuckDB files: one writer or many readers, in UTC, with a readable word when a file is held."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

import duckdb
from duckdb import DuckDBPyConnection

from warehouse.base.erasure_lock import refuse_while_erasing
from warehouse.base.errors import ClienteleError, PublishError, WarehouseBusy, WarehouseMissing, WarehouseUnreadable
from warehouse.base.memory_need import line_count_of, want_of_memory
from warehouse.base.named_process import named_process
from warehouse.base.settings import Settings
from warehouse.base.sql_text import literal

DATABASE, PARQUET = "clientele.duckdb", "parquet"  # of a published version
# Of new build files, which no other program needs to open. What any DuckDB since 1.0 can read, as published files are,
# keeps 3 KB for each column that are half of the work of opening a file and of every change to it.
BUILD_FILE_FORMAT = {"storage_compatibility_version": "v1.4.0"}
_LOCKED = "Could not set lock"
_HOLDER = re.compile(r"held in (.+?) \(PID (\d+)\)")


@contextmanager
def open_build_file(settings: Settings, source: str, *, read_only: bool = False) -> Iterator[DuckDBPyConnection]:
    """Open the private build file of a source; make it when it is missing and to be written.

    Raises
    ------
    WarehouseMissing
        If it is to be read and there is none.
    WarehouseBusy
        If another process holds it; the message names the process.
    WarehouseUnreadable
        If it cannot be opened for another reason.
    """
    refuse_while_erasing(settings)
    if read_only:
        refuse_missing(settings, source)
    path = settings.build_file(source)
    path.parent.mkdir(parents=True, exist_ok=True)
    with open_duckdb(path, settings, BUILD_FILE_FORMAT, read_only=read_only) as connection:
        yield connection


def attach_build_file(connection: DuckDBPyConnection, settings: Settings, source: str, name: str) -> None:
    """Make the build file of a source readable in a connection, under a name.

    Raises
    ------
    WarehouseMissing, WarehouseBusy, WarehouseUnreadable
        As when opening it to read.
    """
    refuse_while_erasing(settings)
    refuse_missing(settings, source)
    attach_read_only(connection, settings.build_file(source), name)


def refuse_missing(settings: Settings, source: str) -> None:
    """Raise WarehouseMissing if the source has no build file."""
    path = settings.build_file(source)
    if not path.exists():
        raise WarehouseMissing(
            f"There is no warehouse for source {source!r} yet ({path.name} does not exist).",
            f"Load the source first: make run SOURCE={source}",
        )


@contextmanager
def open_published(settings: Settings) -> Iterator[DuckDBPyConnection]:
    """Open what is published read-only, as any reader does.

    Raises
    ------
    PublishError
        If nothing has been published.
    WarehouseUnreadable
        If it cannot be read.
    """
    if not settings.published_file.exists():
        raise PublishError("Nothing has been published yet.", "Run the pipeline first: make demo (or make run).")
    with open_version(settings.published_file.resolve().parent, settings) as connection:
        yield connection


@contextmanager
def open_version(folder: Path, settings: Settings) -> Iterator[DuckDBPyConnection]:
    """Open a published version read-only.

    Many programs open a DuckDB file to write, and keep all others out for as long. Nobody can keep the same tables in
    the version's Parquet files.

    Parameters
    ----------
    folder
        Of the version.

    Raises
    ------
    WarehouseUnreadable
        If it cannot be read.
    """
    with ExitStack() as opened:
        try:
            connection = opened.enter_context(open_duckdb(folder / DATABASE, settings, read_only=True))
        except WarehouseBusy:
            connection = opened.enter_context(open_parquet(folder, settings))
        yield connection


@contextmanager
def open_parquet(folder: Path, settings: Settings) -> Iterator[DuckDBPyConnection]:
    """Show the Parquet files of a published version as the tables that they hold."""
    with open_duckdb(Path(":memory:"), settings, read_only=False) as connection:
        for statement in parquet_views(folder):
            connection.execute(statement)
        yield connection


def parquet_views(folder: Path) -> list[str]:
    """SQL that shows the Parquet files of a published version as the tables that they hold."""
    files = sorted((folder / PARQUET).glob("*/*.parquet"))
    schemas = [f'create schema "{schema}"' for schema in sorted({file.parent.name for file in files})]
    return schemas + [
        f'create view "{file.parent.name}"."{file.stem}" as from read_parquet({literal(str(file))})' for file in files
    ]


@contextmanager
def open_duckdb(
    path: Path, settings: Settings, more: Mapping[str, str] = MappingProxyType({}), *, read_only: bool
) -> Iterator[DuckDBPyConnection]:
    """Open one DuckDB file with the settings' limits and more of DuckDB's own; temporary files stay beside it.

    Raises
    ------
    WarehouseBusy, WarehouseUnreadable
        If another process holds it, or it cannot be read.
    WantOfMemory
        If the limit is too small for what is asked; the message names one that would do.
    """
    config: dict[str, Any] = {"memory_limit": settings.memory_limit, "threads": settings.threads, **more}
    try:
        connection = duckdb.connect(str(path), read_only=read_only, config=config)
    except duckdb.Error as error:
        raise _explained(path, error) from error
    try:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute("set enable_progress_bar = false")
        yield connection
    except duckdb.OutOfMemoryException as error:
        first_line = str(error).splitlines()[0]
        raise want_of_memory(first_line, settings.memory_limit, line_count_of(connection)) from error
    finally:
        connection.close()


def attach_read_only(connection: DuckDBPyConnection, path: Path, name: str) -> None:
    """Make another DuckDB file readable in a connection, under a name.

    Raises
    ------
    WarehouseBusy, WarehouseUnreadable
        As when opening it.
    """
    try:
        connection.execute(f"attach {literal(str(path))} as {name} (read_only)")  # attach takes no bound parameter
    except duckdb.Error as error:
        raise _explained(path, error) from error


def one_row(connection: DuckDBPyConnection, query: str, parameters: object = None) -> tuple:
    """The row of a query that has one whatever the data, such as totals."""
    row = connection.execute(query, parameters).fetchone()
    if row is None:
        raise LookupError(f"No row came of a query that always has one: {query}")
    return row


def refuse_if_held(path: Path, words: str) -> None:
    """Raise WarehouseBusy, with the process named, if the words of another program say that the file is locked."""
    if _LOCKED in words:
        holder = _HOLDER.search(words)
        who = named_process(holder.group(2), holder.group(1)) if holder else "its name cannot be found out"
        raise WarehouseBusy(
            f"{path.name} is held by another process: {who}.",
            "Wait for it to end, or end that process. The published file can be read at any time.",
        )


def _explained(path: Path, error: duckdb.Error) -> ClienteleError:
    try:
        refuse_if_held(path, str(error))
    except WarehouseBusy as busy:
        return busy
    return WarehouseUnreadable(
        f"{path.name} cannot be opened: {str(error).splitlines()[0]}",
        f"Look at the file and its folder ({path.parent}); docs/when-it-fails.md says how to start over or go back.",
    )
