"""Reading a landed Parquet file as text into the temporary table ``landed``."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

import duckdb

from warehouse.base.errors import LandingError
from warehouse.base.rows import column_types
from warehouse.base.sql_text import literal, quoted
from warehouse.files.blocks import refuse_too_large
from warehouse.files.csv_header import ROW_NUMBER, checked_columns
from warehouse.files.text_parquet import NESTED_KEY, UNREADABLE_CONTENT, UNREADABLE_REASON
from warehouse.landing.recognition import LandedFile
from warehouse.values.text_checks import without_tokens

_NESTED_TYPE = re.compile(r"\[\d*\]$|^(STRUCT|MAP|UNION|LIST|VARIANT)\b")
_RENAMED = re.compile(r"_\d+$")


def read_parquet(
    connection: duckdb.DuckDBPyConnection,
    file: LandedFile,
    table: str,
    limit_bytes: int | None,
    missing_tokens: Sequence[str] = (),
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Make the temporary table; return the file's columns, and those among them that hold lists or structures.

    Raises
    ------
    LandingError
        If the file is damaged, or larger than the limit once unpacked.
    """
    path = str(file.path)
    try:
        _refuse_bomb(connection, file, limit_bytes)
        given = column_types(connection, f"select * from read_parquet({literal(path)}, hive_partitioning = false)")
        columns = checked_columns(file.name, _names_in_file(connection, path, list(given)))
        texts = ", ".join(
            f"{_text(name, kind, missing_tokens)} as {quoted(new)}"
            for (name, kind), new in zip(given.items(), columns, strict=True)
        )
        connection.execute(
            f"create temp table {table} as select {texts}, file_row_number + 1 as {ROW_NUMBER} "
            "from read_parquet(?, file_row_number = true, hive_partitioning = false)",
            [path],
        )
    except (duckdb.Error, UnicodeDecodeError) as error:
        raise LandingError(
            f"{file.name} is not a readable Parquet file: {str(error).splitlines()[0][:200]}",
            "Ask for the file again; nothing of it was loaded.",
        ) from error
    if UNREADABLE_REASON in columns and UNREADABLE_CONTENT in columns:
        return columns[:-2], _nested_of_unpacked(connection, path)
    nested = [new for kind, new in zip(given.values(), columns, strict=True) if _NESTED_TYPE.search(kind)]
    return columns, tuple(nested)


def set_unreadable_apart(connection: duckdb.DuckDBPyConnection, table: str, unreadable: str) -> int:
    """Move what is no row, in files that were unpacked as they were handed in; return how many there are."""
    if UNREADABLE_REASON not in column_types(connection, table):
        return 0
    connection.execute(
        f"insert into {unreadable} select {ROW_NUMBER}, {UNREADABLE_REASON}, {UNREADABLE_CONTENT} from {table} "
        f"where {UNREADABLE_REASON} is not null"
    )
    connection.execute(f"delete from {table} where {UNREADABLE_REASON} is not null")
    for column in (UNREADABLE_REASON, UNREADABLE_CONTENT):
        connection.execute(f"alter table {table} drop column {column}")
    [(count,)] = connection.execute(f"select count(*) from {unreadable}").fetchall()
    return count


def _nested_of_unpacked(connection: duckdb.DuckDBPyConnection, path: str) -> tuple[str, ...]:
    """The columns that hold lists or structures as text: what unpacked the file has noted them in it."""
    noted = connection.execute("select value from parquet_kv_metadata(?) where key = ?", [path, NESTED_KEY]).fetchall()
    return tuple(json.loads(noted[0][0])) if noted else ()


def _refuse_bomb(connection: duckdb.DuckDBPyConnection, file: LandedFile, limit_bytes: int | None) -> None:
    """A value takes a byte at least, however well its repetitions are packed."""
    [(unpacked_bytes, values)] = connection.execute(
        "select coalesce(sum(total_uncompressed_size), 0), coalesce(sum(num_values), 0) from parquet_metadata(?)",
        [str(file.path)],
    ).fetchall()
    refuse_too_large(file.name, max(unpacked_bytes, values), limit_bytes)


def _names_in_file(connection: duckdb.DuckDBPyConnection, path: str, given: list[str]) -> list[str]:
    """The names as they stand in the file: DuckDB renames the second of two that differ by case at most."""
    if not any(_RENAMED.search(name) for name in given):
        return given
    schema = connection.execute("select name, num_children from parquet_schema(?)", [path]).fetchall()
    names, position = [], 1
    while position < len(schema):
        names.append(schema[position][0])
        position = _after(schema, position)
    return names if len(names) == len(given) else given


def _after(schema: list[tuple[str, int | None]], position: int) -> int:
    """Position behind an element of the flattened schema and everything in it."""
    pending = 1
    while pending and position < len(schema):
        pending += (schema[position][1] or 0) - 1
        position += 1
    return position


def _text(name: str, type_: str, missing_tokens: Sequence[str]) -> str:
    """A column as text; only a column of texts can hold a token instead of no value."""
    if type_ == "VARCHAR" and missing_tokens:
        return without_tokens(quoted(name), missing_tokens)
    return f"{quoted(name)}::varchar"
