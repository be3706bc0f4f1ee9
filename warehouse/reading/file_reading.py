"""Reading one landed file as text, every row accounted for, into a DuckDB table: block by block."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace

import duckdb
import pyarrow as pa

from warehouse.base.errors import LandingError
from warehouse.base.sql_text import quoted
from warehouse.files.blocks import BlockStream, file_blocks, trimmed
from warehouse.files.csv_header import ROW_NUMBER
from warehouse.files.encoding import text_format, utf8_blocks
from warehouse.landing.recognition import LandedFile
from warehouse.reading.csv_reading import BLOCK_BYTES, RecordTooLong, read_csv
from warehouse.reading.parquet_reading import read_parquet, set_unreadable_apart
from warehouse.reading.unreadable_rows import UnreadableRow
from warehouse.tables.contract import load_contract
from warehouse.values.text_checks import without_tokens

LANDED = "landed"  # the temporary table that mappings select from
UNREADABLE = "unreadable"  # the temporary table of records that do not have the header's number of fields
_LINES_PER_BATCH = 100_000
_LONGEST_LINE_CHARACTERS = 1 << 24


@dataclass(frozen=True)
class FileContent:
    """What stands in a file: its columns, and how many of its records could not be split into them."""

    columns: tuple[str, ...]
    row_count: int  # all records, unreadable ones included
    unreadable_count: int = 0  # their numbers, reasons and contents are in the temporary table ``unreadable``
    nested_columns: tuple[str, ...] = field(default=())  # lists and structures, as text
    delimiter: str | None = None  # of a CSV


def read_landed_file(
    connection: duckdb.DuckDBPyConnection,
    file: LandedFile,
    unpacked_limit_bytes: int | None = None,
    missing_tokens: tuple[str, ...] = (),
) -> FileContent:
    """Put a file's records, all columns as text, into the temporary table ``landed``.

    ``_row_number`` counts the records of the file from 1, the header not counted. A text file is read twice, once to
    find its encoding, in blocks: memory does not grow with the file. What folders such as ``country=AT`` say of the
    rows stands in columns of that name, where the file has none and somebody reads them.

    Parameters
    ----------
    missing_tokens
        What stands for no value: such cells are null. Lines are left as they are.

    Raises
    ------
    LandingError
        If the file as a whole cannot be read: damaged, two columns of one name, an unclosed quotation mark, larger
        than the limit once unpacked.
    """
    _create(connection)
    try:
        content = _read(connection, file, unpacked_limit_bytes, missing_tokens)
        return _with_partition(connection, file, content)
    except LandingError:
        with suppress(duckdb.TransactionException):  # a transaction that is broken takes it back itself
            _drop(connection)  # what was read before the damage
        raise


def _read(
    connection: duckdb.DuckDBPyConnection, file: LandedFile, limit_bytes: int | None, missing_tokens: tuple[str, ...]
) -> FileContent:
    if not next(file_blocks(file.path, file.name, limit_bytes, any_format=True), b""):
        return _land_empty(connection)
    if file.kind.is_parquet:
        columns, nested = read_parquet(connection, file, LANDED, limit_bytes, missing_tokens)
        unreadable_count = set_unreadable_apart(connection, LANDED, UNREADABLE)
        [(count,)] = connection.execute(f"select count(*) from {LANDED}").fetchall()
        return FileContent(columns, count + unreadable_count, unreadable_count, nested)
    found = text_format(file.name, file_blocks(file.path, file.name, limit_bytes))
    if found.is_blank:
        return _land_empty(connection)

    def blocks() -> Iterator[bytes]:
        return trimmed(utf8_blocks(file.name, file_blocks(file.path, file.name, limit_bytes), found))

    if file.kind.format == "lines":
        return _land(connection, ("line",), _line_batches(file, BlockStream(blocks())))
    for block_bytes in BLOCK_BYTES[:-1]:
        try:
            return _land_csv(connection, file.name, blocks, block_bytes, missing_tokens)
        except RecordTooLong:
            _create(connection)
    return _land_csv(connection, file.name, blocks, BLOCK_BYTES[-1], missing_tokens)


def _with_partition(connection: duckdb.DuckDBPyConnection, file: LandedFile, content: FileContent) -> FileContent:
    """Add the columns that the file's folders give: those that its kind reads, and that it lacks itself."""
    kind = file.kind
    read = (*kind.columns, *kind.optional_columns) or tuple(load_contract().tables[kind.rows_are].columns)
    present = {column.lower() for column in content.columns}
    added = {
        name: value
        for name, value in file.partition
        if content.columns and name.lower() not in present and name.lower() in {column.lower() for column in read}
    }
    for name, value in added.items():
        connection.execute(f"alter table {LANDED} add column {quoted(name)} varchar")
        connection.execute(f"update {LANDED} set {quoted(name)} = ?", [value])
    return replace(content, columns=(*content.columns, *added))


def _create(connection: duckdb.DuckDBPyConnection) -> None:
    _drop(connection)
    connection.execute(f"create temp table {UNREADABLE} (row_number bigint, reason varchar, content varchar)")


def _drop(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(f"drop table if exists {LANDED}")
    connection.execute(f"drop table if exists {UNREADABLE}")


def _land_csv(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    blocks: Callable[[], Iterator[bytes]],
    block_bytes: int,
    missing_tokens: tuple[str, ...],
) -> FileContent:
    delimiter, columns, batches = read_csv(name, blocks, block_bytes)
    return replace(_land(connection, columns, batches, missing_tokens), delimiter=delimiter)


def _land_empty(connection: duckdb.DuckDBPyConnection) -> FileContent:
    return _land(connection, (), iter(()))


def _land(
    connection: duckdb.DuckDBPyConnection,
    columns: tuple[str, ...],
    batches: Iterator[tuple[pa.Table, list[UnreadableRow]]],
    missing_tokens: tuple[str, ...] = (),
) -> FileContent:
    """Write batches of readable and unreadable records, with the numbers that each batch gives them."""
    names = list(map(quoted, columns))
    columns_sql = ", ".join([*(f"{name} varchar" for name in names), f"{ROW_NUMBER} bigint"])
    connection.execute(f"create temp table {LANDED} ({columns_sql})")
    values = [without_tokens(name, missing_tokens) for name in names] if missing_tokens else names
    row_count = unreadable_count = 0
    for records, unreadable in batches:
        _insert(connection, LANDED, records, ", ".join([*values, ROW_NUMBER]))
        if unreadable:
            rows = [{"row_number": row.row_number, "reason": row.reason, "content": row.content} for row in unreadable]
            _insert(connection, UNREADABLE, pa.Table.from_pylist(rows))
        row_count += records.num_rows + len(unreadable)
        unreadable_count += len(unreadable)
    return FileContent(columns, row_count, unreadable_count)


def _insert(connection: duckdb.DuckDBPyConnection, table: str, records: pa.Table, values: str = "*") -> None:
    connection.register("arrow_records", records)
    connection.execute(f"insert into {table} select {values} from arrow_records")
    connection.unregister("arrow_records")


def _line_batches(file: LandedFile, stream: BlockStream) -> Iterator[tuple[pa.Table, list[UnreadableRow]]]:
    """Each line that is not blank, without the first, which is the header."""
    lines: list[str] = []
    number = 0  # the header's
    for line in _lines(file, stream):
        if not line.strip():
            continue
        if number:
            lines.append(line)
        number += 1
        if len(lines) == _LINES_PER_BATCH:
            yield _line_table(lines, number - len(lines)), []
            lines = []
    yield _line_table(lines, number - len(lines)), []


def _lines(file: LandedFile, stream: BlockStream) -> Iterator[str]:
    text = io.TextIOWrapper(io.BufferedReader(stream), encoding="utf-8")
    while line := text.readline(_LONGEST_LINE_CHARACTERS):
        if len(line) == _LONGEST_LINE_CHARACTERS and not line.endswith("\n"):
            raise LandingError(
                f"{file.name}: a line is longer than {_LONGEST_LINE_CHARACTERS:,} characters.",
                "Look at the line ends of the file; nothing of it was loaded.",
            )
        yield line.rstrip("\n")


def _line_table(lines: list[str], first_number: int) -> pa.Table:
    numbers = pa.array(range(first_number, first_number + len(lines)), pa.int64())
    return pa.table({"line": pa.array(lines, pa.string()), ROW_NUMBER: numbers})
