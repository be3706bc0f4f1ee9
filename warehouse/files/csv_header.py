"""The header of a landed file: its delimiter and the names of its columns."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from warehouse.base.errors import LandingError
from warehouse.base.sql_text import quoted

ROW_NUMBER = "_row_number"
_DELIMITERS = ",;\t|"
_QUOTED = re.compile(r'"[^"]*"')
_LINE_END = re.compile(r"[\r\n]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
# Spreadsheets that save such a file again fill the line up with delimiters.
_SEPARATOR_LINE = re.compile(r'\ufeff?"?sep=(\\t|[^\r\n"])"?\1* *(?:\r\n?|\n|$)[\r\n]*', re.IGNORECASE)
_LARGEST_HEADER_BYTES = 1 << 20
_MOST_COLUMNS = 2000
_LONGEST_NAME = 200
_INVISIBLE = "\ufeff\u200b\x00"
_NAMES_SHOWN = 30


@dataclass(frozen=True)
class Header:
    """What the beginning of a CSV says of the rest."""

    delimiter: str
    columns: tuple[str, ...]
    separator_line_bytes: int = 0  # length of a line such as `sep=;` above the header, its end included
    is_quoted: bool = False  # whether every name stands in quotation marks


def csv_header(name: str, stream: io.RawIOBase | io.BytesIO) -> Header:
    """Delimiter and column names of a CSV, read from the beginning of its UTF-8 bytes.

    The delimiter is what a line such as `sep=;` above the header says, as Excel writes and reads it; otherwise the mark
    that the first line has most of.

    Raises
    ------
    LandingError
        If the first record is no header: two columns of one name, thousands of columns, names of a line's length.
    """
    head = io.BufferedReader(stream).read(_LARGEST_HEADER_BYTES).decode("utf-8", "ignore")
    separator = _SEPARATOR_LINE.match(head)
    head = head[separator.end() :] if separator else head
    # Only marks outside of quotation marks delimit.
    first_line = _LINE_END.split(_QUOTED.sub("", head), maxsplit=1)[0]
    delimiter = separator[1].replace(r"\t", "\t") if separator else max(_DELIMITERS, key=first_line.count)
    try:
        given = next(csv.reader(io.StringIO(head, newline=""), delimiter=delimiter), [])
    except csv.Error as error:
        raise LandingError(f"{name}: the header cannot be read ({error}).", "Mend the first line.") from error
    separator_line_bytes = len(separator[0].encode()) if separator else 0
    all_quoted = delimiter.join(map(quoted, given))
    return Header(delimiter, checked_columns(name, given), separator_line_bytes, is_quoted=head.startswith(all_quoted))


def checked_columns(name: str, given: Sequence[str]) -> tuple[str, ...]:
    """The names of a file's columns, trimmed; one without a name is called after its position.

    Raises
    ------
    LandingError
        If they cannot be a table's columns.
    """
    if len(given) > _MOST_COLUMNS:
        raise LandingError(
            f"{name} has {len(given):,} columns; {_MOST_COLUMNS:,} is the most that is read.",
            "Export the columns that are needed; nothing of it was loaded.",
        )
    trimmed = (column.strip().strip(_INVISIBLE).strip() for column in given)
    columns = tuple(column or f"column_{position}" for position, column in enumerate(trimmed, start=1))
    if any(len(column) > _LONGEST_NAME or _CONTROL.search(column) for column in columns):
        raise LandingError(
            f"{name}: the first line is not a header: a name is longer than {_LONGEST_NAME} characters or holds "
            "control characters.",
            "Put the names of the columns into the first line; nothing of the file was loaded.",
        )
    counts = Counter(column.lower() for column in columns)
    twice = sorted(column for column, count in counts.items() if count > 1)
    if twice:
        raise LandingError(f"{name}: the column {shown_names(twice)} stands twice in the header.", "Mend the header.")
    if ROW_NUMBER in counts:
        raise LandingError(
            f"{name}: the column name {ROW_NUMBER} is taken: the loader counts the rows in it.", "Rename the column."
        )
    return columns


def shown_names(names: Sequence[str]) -> str:
    """Names for a message; a long list is cut."""
    more = f" … ({len(names):,} in all)" if len(names) > _NAMES_SHOWN else ""
    return ", ".join(names[:_NAMES_SHOWN]) + more
