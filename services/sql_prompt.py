"""`make sql`: read-only questions to the published warehouse, at DuckDB's own prompt or one at a time."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import duckdb

from warehouse.arrivals.since_file import since_statements
from warehouse.base.connections import DATABASE, open_published, open_version, parquet_views
from warehouse.base.errors import ClienteleError, PublishError
from warehouse.base.printed_tables import aligned, one_per_line
from warehouse.base.settings import Settings

TABLE = "table"
FORMATS = (TABLE, "csv", "json", "jsonlines", "line", "markdown", "html")
_ROWS_SHOWN = 200
_READABLE_WIDTH = 200  # where no terminal says how wide it is
_HISTORY = "sql_history"
_WORDS = (
    ".tables lists tables, .columns marts.customer_360 the columns of one, .help all commands; Tab completes",
    "Values cut to fit? .mode line shows whole rows, one column a line; .mode duckbox goes back",
    "To a file: .mode csv, then .once answer.csv before the question. A statement ends with ;   Ctrl-D leaves",
)


class QueryFailed(ClienteleError):
    """DuckDB cannot answer the question."""


def answer(settings: Settings, query: str, *, width: int | None = None) -> Iterator[str]:
    """Yield the answer of one query as lines: an aligned table, or one value a line where that would be too wide.

    Parameters
    ----------
    width
        The most characters of a table's line; None: that of the terminal.

    Raises
    ------
    QueryFailed
        If DuckDB refuses the query; the message is DuckDB's.
    PublishError
        If nothing has been published yet.
    """
    with open_published(settings) as connection:
        for statement in since_statements(settings):
            connection.execute(statement)
        try:
            result = connection.execute(query)
            if result.description is None:
                return
            columns = [column[0] for column in result.description]
            rows = result.fetchmany(_ROWS_SHOWN + 1)
        except duckdb.Error as error:
            raise QueryFailed(str(error).strip(), "`.tables` at the prompt of `make sql` lists the tables.") from None
    lines = list(aligned(columns, rows[:_ROWS_SHOWN], grouped_integers=False))
    most = width or shutil.get_terminal_size((_READABLE_WIDTH, 0)).columns
    yield from lines if max(map(len, lines)) <= most else one_per_line(columns, rows[:_ROWS_SHOWN])
    if len(rows) > _ROWS_SHOWN:
        yield f"… the first {_ROWS_SHOWN} rows; add a limit, or take all of them with FORMAT=csv."


def write_answer(settings: Settings, query: str, form: str) -> None:
    """Write the whole answer of a query to standard output, in one of the `FORMATS` that programs read.

    Raises
    ------
    QueryFailed
        If there is no such format, or DuckDB refuses the query.
    """
    if form not in FORMATS:
        raise QueryFailed(f"FORMAT={form} is not known.", f"Use one of {', '.join(FORMATS)}.")
    command, environment = duckdb_command(settings)
    sys.stdout.flush()
    done = subprocess.run(
        [*command, f"-{form}", "-bail", "-c", query],
        env=environment,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        raise QueryFailed(done.stderr.strip(), "`.tables` at the prompt of `make sql` lists the tables.")


def prompt(settings: Settings) -> None:
    """Let DuckDB's own prompt take the place of this process."""
    command, environment = duckdb_command(settings)
    print(f"{settings.published_file} (read-only), as it is now: start again for what is published later", flush=True)
    print("\n".join(_WORDS), flush=True)
    os.execve(command[0], command, environment)  # noqa: S606 - our own list of arguments; no shell is meant


def duckdb_command(settings: Settings) -> tuple[list[str], dict[str, str]]:
    """DuckDB's command line on the live version, and its environment; the history is kept under home.

    Raises
    ------
    PublishError
        If nothing has been published yet.
    """
    if not settings.published_file.exists():
        raise PublishError("Nothing has been published yet.", "Run the pipeline first: make demo (or make run).")
    folder = settings.published_file.resolve().parent
    limits = [f"set memory_limit = '{settings.memory_limit}'", f"set threads = {int(settings.threads)}"]
    with open_version(folder, settings) as connection:
        [(path,)] = connection.execute("select path from duckdb_databases() where not internal").fetchall()
    # Somebody may hold the file to write; the same tables stand in Parquet files.
    place = ["-readonly", str(folder / DATABASE)] if path else [":memory:"]
    shown = [] if path else parquet_views(folder)
    starts = [*limits, "set TimeZone = 'UTC'", *shown, *since_statements(settings)]
    command = [str(_program()), *place]
    for statement in starts:
        command += ["-cmd", f"{statement};"]
    return command, {**os.environ, "DUCKDB_HISTORY": str(_history(settings))}


def _program() -> Path:
    return Path(str(resources.files("duckdb_cli"))) / "duckdb"


def _history(settings: Settings) -> Path:
    """The file of former questions, readable by its owner alone: they may name customers."""
    path = settings.home / _HISTORY
    if not path.exists():
        path.touch(mode=0o600)
    return path
