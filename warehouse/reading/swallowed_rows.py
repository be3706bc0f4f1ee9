"""Rows that two stray quotation marks make one value of: distinguished from texts of several lines, and set aside.

A quotation mark at the start of a field opens a text that ends at the next one, maybe a thousand lines below. The
record then has as many fields as the header, and its lines would be lost in one value. What such lines look like the
file itself says: each has the header's number of fields, and in its columns stands what stands there elsewhere. Lines
of an address or a review do not. Where all values are quoted, the next row's first mark ends such a text already.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from warehouse.files.csv_header import ROW_NUMBER, Header
from warehouse.reading.unreadable_rows import Batch, UnreadableRow
from warehouse.reading.value_shapes import ValueShapes

_T = TypeVar("_T")
_LINE_END = re.compile(r"\r\n|\r|\n")
_SAMPLE = 500
_FEWEST_LINES = 2
# A text of a million lines is told from rows by so many of them, spread over all.
_MOST_LINES = 2_000
# Of the lines of one value so many may have another number of fields than the header, and of their fields so many may
# look otherwise than the column does: files have odd rows, too.
_ODD_LINES = 1 / 3
_ODD_FIELDS = 1 / 4


@dataclass(frozen=True)
class _Line:
    """A line of a record: its fields, and at which columns those begin and end that stand in a quoted value."""

    fields: list[str]
    begin: int
    end: int


def set_swallowed_apart(batches: Iterator[Batch], header: Header) -> Iterator[Batch]:
    """The batches with each swallowed line as an unreadable row of its own, counted as if it stood alone."""
    delimiter, fewest = header.delimiter, _FEWEST_LINES + header.is_quoted
    added = 0  # rows that the file has more than the parser found records
    clean: pa.Table | None = None
    for records, unreadable in batches:
        holders = _with_line_ends(records)
        suspects = _that_may_hold_rows(records, holders, delimiter)
        if not len(suspects) and not any(_LINE_END.search(row.content) for row in unreadable):
            clean = records if records.num_rows else clean
            yield _renumbered(records, added), [replace(row, row_number=row.row_number + added) for row in unreadable]
            continue
        shapes = _shapes(records, holders, clean)
        found = {row.row_number: [row.content] for row in unreadable}
        if not header.is_quoted:
            found |= {row.row_number: _lines_of_text(row, delimiter, shapes) or [row.content] for row in unreadable}
        reasons = {row.row_number: row.reason for row in unreadable}
        taken = []
        # Where all values are quoted, and no row is known that stands alone, nothing speaks against a text of lines.
        for place in suspects if shapes.are_known or not header.is_quoted else ():
            record = [records.column(name)[place].as_py() for name in header.columns]
            lines = _lines_of_record(record, delimiter, shapes)
            if len(lines) >= fewest:
                found[records.column(ROW_NUMBER)[place].as_py()] = lines
                taken.append(place)
        kept = records.take(np.setdiff1d(np.arange(records.num_rows), taken)) if taken else records
        yield _numbered(kept, found, reasons, added)
        added += sum(len(lines) - 1 for lines in found.values())


def _numbered(records: pa.Table, found: dict[int, list[str]], reasons: dict[int, str], added: int) -> Batch:
    """The batch with its records renumbered where one of them is several rows."""
    rows: list[UnreadableRow] = []
    grown = np.array(sorted(number for number, lines in found.items() if len(lines) > 1), dtype=np.int64)
    growth = np.cumsum([0, *(len(found[number]) - 1 for number in grown)])
    for number, lines in sorted(found.items()):
        first = number + added + int(growth[np.searchsorted(grown, number)])
        reason = _words(first, first + len(lines) - 1) if len(lines) > 1 else reasons[number]
        rows += [UnreadableRow(first + place, reason, line) for place, line in enumerate(lines)]
    numbers = records.column(ROW_NUMBER).to_numpy()
    return _renumbered(records, added + growth[np.searchsorted(grown, numbers)]), rows


def _renumbered(records: pa.Table, added: int | np.ndarray) -> pa.Table:
    if isinstance(added, int) and not added:
        return records
    numbers = records.column(ROW_NUMBER).to_numpy() + added
    return records.set_column(records.schema.get_field_index(ROW_NUMBER), ROW_NUMBER, pa.array(numbers, pa.int64()))


def _words(first: int, last: int) -> str:
    return (
        f"a quotation mark opened in row {first:,} and closed in row {last:,} makes one value of {last - first + 1:,} "
        "rows; take it out, or double it if it belongs to the text"
    )


def _with_line_ends(records: pa.Table) -> list[str]:
    """Columns that hold a line end somewhere: one look at the bytes, for nearly all files hold none."""
    return [name for name in records.column_names if name != ROW_NUMBER and _holds_line_end(records.column(name))]


def _holds_line_end(column: pa.ChunkedArray) -> bool:
    for chunk in column.chunks:
        texts = chunk.buffers()[2]
        if texts is not None and len(chunk):
            content = texts.to_pybytes()
            if b"\n" in content or b"\r" in content:
                return True
    return False


def _that_may_hold_rows(records: pa.Table, holders: Sequence[str], delimiter: str) -> Sequence[int]:
    """Places of records that hold line ends, and about as many delimiters in values as so many rows would have."""
    if not holders:
        return ()
    counts = [pc.count_substring_regex(records.column(name), _LINE_END.pattern).to_numpy() for name in holders]
    line_ends = np.sum(counts, axis=0)
    places = np.flatnonzero(line_ends)
    texts = records.drop_columns([ROW_NUMBER]).take(places)
    delimiters = sum(pc.count_substring(column, delimiter).to_numpy() for column in texts.columns)
    return places[delimiters >= (texts.num_columns - 1) * line_ends[places] / 2]


def _shapes(records: pa.Table, holders: Sequence[str], former: pa.Table | None) -> ValueShapes:
    """How values of each column look in records of one line."""
    is_clean = np.ones(records.num_rows, dtype=bool)
    for name in holders:
        is_clean &= ~pc.match_substring_regex(records.column(name), r"[\r\n]").to_numpy()
    places = np.flatnonzero(is_clean)
    if not len(places) and former is not None:
        records, places = former, np.arange(former.num_rows)
    step = max(1, len(places) // _SAMPLE)
    sample = records.drop_columns([ROW_NUMBER]).take(places[::step])
    return ValueShapes([column.to_pylist() for column in sample.columns])


def _lines_of_record(record: Sequence[str], delimiter: str, shapes: ValueShapes) -> list[str]:
    """The lines of a record that are rows of their own; none if they are lines of a text."""
    lines = [_flat(line, delimiter, shapes.column_count) for line in _split(record, delimiter) if any(line.fields)]
    return [delimiter.join(line.fields) for line in lines] if _are_rows(_spread(lines), shapes) else []


def _split(record: Sequence[str], delimiter: str) -> list[_Line]:
    """The lines that a record stands in: fields without line ends are whole, the others end a line and begin one."""
    lines: list[_Line] = []
    fields: list[str] = []
    begin = inside_end = 0
    is_inside = False
    for value in record:
        first, *others = _LINE_END.split(value)
        if not others:
            fields.append(value)
            continue
        begin = 0 if is_inside else len(fields)
        fields += first.split(delimiter)
        for text in others:
            lines.append(_Line(fields, begin, len(fields)))
            fields, begin = text.split(delimiter), 0
        inside_end = len(fields)
        is_inside = True
    lines.append(_Line(fields, 0, inside_end))
    return lines


def _flat(line: _Line, delimiter: str, column_count: int) -> _Line:
    """The line, each of its delimiters counted where it has too few fields: some may stand between stray marks."""
    if len(line.fields) >= column_count:
        return line
    fields = delimiter.join(line.fields).split(delimiter)
    return _Line(fields, 0, len(fields)) if len(fields) == column_count else line


def _are_rows(lines: Sequence[_Line], shapes: ValueShapes) -> bool:
    """Whether nearly all of several lines have the header's number of fields, and nearly all of these fit."""
    rows = [line for line in lines if len(line.fields) == shapes.column_count]
    if len(lines) <= 1 or len(lines) - len(rows) > (len(lines) - 1) * _ODD_LINES:
        return False
    fits = [
        shapes.fits(column, line.fields[column])
        for line in rows
        for column in range(line.begin, line.end)
        if line.fields[column]
    ]
    return bool(fits) and fits.count(False) <= len(fits) * _ODD_FIELDS


def _lines_of_text(row: UnreadableRow, delimiter: str, shapes: ValueShapes) -> list[str]:
    """The lines of an unreadable record that are rows of their own."""
    texts = [text for text in _LINE_END.split(row.content) if text.strip()]
    fields = [_fields(text, delimiter, shapes) for text in _spread(texts)]
    return texts if _are_rows([_Line(line, 0, len(line)) for line in fields], shapes) else []


def _spread(lines: Sequence[_T]) -> Sequence[_T]:
    return lines[:: max(1, len(lines) // _MOST_LINES)]


def _fields(text: str, delimiter: str, shapes: ValueShapes) -> list[str]:
    """A line's fields; quotation marks are signs like others where the line is no row otherwise."""
    try:
        fields = next(csv.reader([text], delimiter=delimiter), [])
    except csv.Error:
        fields = []
    if len(fields) == shapes.column_count:
        return fields
    return [field.strip('"') for field in text.split(delimiter)]
