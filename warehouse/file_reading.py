"""Reading one landed file as text, row by row accounted for, into a DuckDB relation."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import duckdb
import pyarrow as pa
import pyarrow.csv as pacsv

from warehouse.errors import LandingError
from warehouse.landing import LandedFile

_DELIMITERS = ",;\t|"
_BLOCK_BYTES = 1 << 24
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
LANDED = "landed"  # the temporary table that mappings select from
ROW_NUMBER = "_row_number"


@dataclass(frozen=True)
class UnreadableRow:
    """A record that does not have the header's number of fields."""

    row_number: int
    reason: str
    content: str


@dataclass(frozen=True)
class FileContent:
    """What stands in a file: its columns, and the records that could not be split into them."""

    columns: tuple[str, ...]
    row_count: int  # all records, unreadable ones included
    unreadable: tuple[UnreadableRow, ...] = field(default=())


def read_landed_file(connection: duckdb.DuckDBPyConnection, file: LandedFile) -> FileContent:
    """Put a file's records, all columns as text, into the temporary table ``landed``.

    ``_row_number`` counts the records of the file from 1, the header not counted.

    Raises
    ------
    LandingError
        If the file as a whole cannot be read: damaged, two columns of one name, an unclosed quotation mark.
    """
    connection.execute(f"drop table if exists {LANDED}")
    if file.path.stat().st_size == 0:
        return _land_empty(connection)
    if file.kind.format == "parquet":
        return _read_parquet(connection, file)
    table, unreadable = _read_lines(file) if file.kind.format == "lines" else _read_csv(file)
    columns = tuple(table.column_names)
    if not columns:
        return _land_empty(connection)
    numbers = _row_numbers(table.num_rows, [row.row_number for row in unreadable])
    connection.register("arrow_records", table.append_column(ROW_NUMBER, numbers))
    connection.execute(f"create temp table {LANDED} as select * from arrow_records")
    connection.unregister("arrow_records")
    return FileContent(columns, table.num_rows + len(unreadable), tuple(unreadable))


def _land_empty(connection: duckdb.DuckDBPyConnection) -> FileContent:
    connection.execute(f"create temp table {LANDED} ({ROW_NUMBER} bigint)")
    return FileContent((), 0)


def _read_parquet(connection: duckdb.DuckDBPyConnection, file: LandedFile) -> FileContent:
    try:
        rows = connection.read_parquet(str(file.path))
        columns = _checked_columns(file, rows.columns)
        texts = ", ".join(
            f"{_quoted(old)}::varchar as {_quoted(new)}" for old, new in zip(rows.columns, columns, strict=True)
        )
        connection.execute(
            f"create temp table {LANDED} as select {texts}, row_number() over () as {ROW_NUMBER} from read_parquet(?)",
            [str(file.path)],
        )
    except duckdb.Error as error:
        raise LandingError(
            f"{file.name} is not a readable Parquet file: {str(error).splitlines()[0][:200]}",
            "Ask for the file again; nothing of it was loaded.",
        ) from error
    count = connection.execute(f"select count(*) from {LANDED}").fetchone()[0]
    return FileContent(columns, count)


def _read_csv(file: LandedFile) -> tuple[pa.Table, list[UnreadableRow]]:
    # One line end at the very end, so that a value that ends with it betrays an unclosed quotation mark.
    text = _utf8(file).strip(b"\r\n") + b"\n"
    if text == b"\n":
        return pa.table({}), []
    delimiter = _delimiter(text)
    names = _header_names(file, text, delimiter)
    unreadable: list[UnreadableRow] = []

    def set_aside(row: pacsv.InvalidRow) -> str:
        reason = f"{row.actual_columns} fields where the header has {row.expected_columns}"
        unreadable.append(UnreadableRow(row.number - 1, reason, row.text))  # its number counts the header
        return "skip"

    try:
        table = pacsv.read_csv(
            io.BytesIO(text),
            read_options=pacsv.ReadOptions(use_threads=False, column_names=list(names), block_size=_BLOCK_BYTES),
            parse_options=pacsv.ParseOptions(
                delimiter=delimiter, newlines_in_values=True, invalid_row_handler=set_aside
            ),
            convert_options=pacsv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid as error:
        raise LandingError(
            f"{file.name} cannot be read as CSV: {str(error).splitlines()[0][:200]}",
            "Look at that place in the file; nothing of it was loaded.",
        ) from error
    _refuse_unclosed_quote(file, table, unreadable)
    # The header was read as the first record, because names are repaired above.
    return table.slice(1), unreadable


def _delimiter(text: bytes) -> str:
    header, _, _ = text.partition(b"\n")
    return max(_DELIMITERS, key=lambda mark: header.count(mark.encode()))


def _header_names(file: LandedFile, text: bytes, delimiter: str) -> tuple[str, ...]:
    lines = io.TextIOWrapper(io.BytesIO(text), encoding="utf-8", newline="")
    header = next(csv.reader(lines, delimiter=delimiter))
    return _checked_columns(file, header)


def _refuse_unclosed_quote(file: LandedFile, table: pa.Table, unreadable: list[UnreadableRow]) -> None:
    last_value = table.column(table.num_columns - 1)[-1].as_py() if table.num_rows else ""
    last_number = table.num_rows + len(unreadable) - 1
    swallowed = last_value.endswith("\n")
    if unreadable and unreadable[-1].row_number == last_number:
        swallowed = unreadable[-1].content.count('"') % 2 == 1
    if swallowed:
        raise LandingError(
            f"{file.name}: a quotation mark is opened in record {last_number} and never closed.",
            "Close it, or double it if it belongs to the text; nothing of the file was loaded.",
        )


def _read_lines(file: LandedFile) -> tuple[pa.Table, list[UnreadableRow]]:
    lines = [line for line in _utf8(file).decode().splitlines() if line.strip()]
    return pa.table({"line": pa.array(lines[1:], pa.string())}), []


def _checked_columns(file: LandedFile, names: list[str]) -> tuple[str, ...]:
    columns = tuple(name.strip() or f"column_{position}" for position, name in enumerate(names, start=1))
    lowered = [column.lower() for column in columns]
    twice = sorted({column for column in lowered if lowered.count(column) > 1})
    if twice:
        raise LandingError(
            f"{file.name}: the column {', '.join(twice)} stands twice in the header.", "Mend the header."
        )
    return columns


def _row_numbers(row_count: int, taken: list[int]) -> pa.Array:
    """Numbers of the readable records: 1, 2, 3 … without those of the unreadable ones."""
    skipped = set(taken)
    numbers: Iterator[int] = (n for n in range(1, row_count + len(taken) + 1) if n not in skipped)
    return pa.array(numbers, pa.int64(), size=row_count)


def _utf8(file: LandedFile) -> bytes:
    """The file's bytes as UTF-8 without a byte-order mark; what is not UTF-8 is read as Windows-1252."""
    try:
        with _opened(file.path) as stream:
            content = stream.read()
    except (OSError, EOFError) as error:
        raise LandingError(f"{file.name} cannot be read: {error}", "Ask for the file again.") from error
    for mark, encoding in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return _recoded(file, content, encoding)
    try:
        codecs.decode(content, "utf-8")
    except UnicodeDecodeError:
        return _recoded(file, content, "cp1252")
    return content


def _recoded(file: LandedFile, content: bytes, encoding: str) -> bytes:
    try:
        return content.decode(encoding).encode()
    except UnicodeDecodeError as error:
        raise LandingError(
            f"{file.name} is neither UTF-8 nor Windows-1252 text (byte {error.start}).",
            "Export the file as UTF-8.",
        ) from error


def _opened(path: Path) -> BinaryIO:
    return gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
