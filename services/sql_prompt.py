"""`make sql`: read-only questions to the published warehouse."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator

import duckdb

from services.tables import aligned
from warehouse.connections import open_published
from warehouse.errors import ClienteleError
from warehouse.settings import Settings

_ROWS_SHOWN = 200
_HELP = "One statement, ended by ;   .tables lists tables   .quit or Ctrl-D leaves"
_TABLES = """
select table_schema as schema, table_name as "table", estimated_size as rows
from information_schema.tables join duckdb_tables() using (table_name)
where table_schema = schema_name and table_schema in ('marts', 'scores', 'quality')
order by table_schema, table_name
"""


class QueryFailed(ClienteleError):
    """DuckDB cannot answer the question."""


def answer(settings: Settings, query: str) -> Iterator[str]:
    """Yield the answer of one query as the lines of an aligned table.

    Raises
    ------
    QueryFailed
        If DuckDB refuses the query; the message is DuckDB's.
    PublishError
        If nothing has been published yet.
    """
    with open_published(settings) as connection:
        try:
            result = connection.execute(query)
            if result.description is None:
                return
            columns = [column[0] for column in result.description]
            rows = result.fetchmany(_ROWS_SHOWN + 1)
        except duckdb.Error as error:
            raise QueryFailed(str(error).strip(), "`.tables` at the prompt of `make sql` lists the tables.") from None
    yield from aligned(columns, rows[:_ROWS_SHOWN])
    if len(rows) > _ROWS_SHOWN:
        yield f"… the first {_ROWS_SHOWN} rows; add a limit, or read {settings.published_file} with duckdb."


def prompt(settings: Settings, ask: Callable[[str], str] = input) -> None:
    """Answer questions until the person leaves. The newest published version answers each of them."""
    with contextlib.suppress(ImportError):
        import readline  # noqa: F401 - gives input() a history
    print(f"{settings.published_file} (read-only)\n{_HELP}")
    statement = ""
    while True:
        try:
            line = ask("  ...> " if statement else "sql> ")
        except (EOFError, KeyboardInterrupt):
            print()
            return
        if not statement and line.strip() in (".quit", ".exit", "quit", "exit"):
            return
        if not statement and line.strip() == ".tables":
            line = _TABLES + ";"
        statement = f"{statement}\n{line}".strip()
        if statement.endswith(";"):
            _show(settings, statement)
            statement = ""


def _show(settings: Settings, statement: str) -> None:
    try:
        for line in answer(settings, statement):
            print(line)
    except ClienteleError as error:
        print(error, file=sys.stderr)
