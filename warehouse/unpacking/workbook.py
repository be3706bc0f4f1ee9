"""The sheets of an Excel workbook as records of text, read row by row."""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from warehouse.base.errors import LandingError
from warehouse.files.blocks import refuse_too_large
from warehouse.files.csv_header import checked_columns
from warehouse.files.text_parquet import NoRow, Record, Records

if TYPE_CHECKING:
    from openpyxl.workbook.workbook import Workbook

WORKBOOK_SUFFIXES = (".xlsx", ".xlsm")
_NOT_IN_NAMES = re.compile(r"[^\w*?-]+")  # of a sheet's file; what patterns are made of stays
_PROTECTED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SHARED_TEXTS = "xl/sharedStrings.xml"
_SHARED_TEXTS_LIMIT_BYTES = 300_000_000  # they are kept in memory
_BLOCK_BYTES = 1 << 20
_OVERLAP_BYTES = 20_000  # more than a formula can be long
# A cell with a formula and no value: the program that wrote the workbook did not calculate.
# A text may be empty: of a cell of another type, that is no value either.
_FORMULA = rb"<(?:\w+:)?f\b[^<]*(?:/>|</(?:\w+:)?f>)\s*"
_NO_VALUE = rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)\s*"
_END_OF_CELL = rb"</(?:\w+:)?c>"
_FORMULA_WITHOUT_VALUE = re.compile(
    _FORMULA + _END_OF_CELL + rb"|<(?:\w+:)?c\b(?![^>]*\bt=.str)[^>]*>\s*" + _FORMULA + _NO_VALUE + _END_OF_CELL
)
_DIGITS = ".15g"  # so many a spreadsheet keeps


def sheet_file(sheet: str) -> str:
    """What the file of a sheet is called, without suffix; of a pattern, the pattern of such names.

    >>> sheet_file("Order items (2024)"), sheet_file("../x")
    ('Order_items_2024', 'x')
    """
    return _NOT_IN_NAMES.sub("_", sheet).strip("_")


def sheet_names(book: Workbook) -> list[str]:
    """The sheets that hold cells, in their order."""
    return [sheet.title for sheet in book.worksheets]


@contextmanager
def open_workbook(path: Path, name: str, limit_bytes: int) -> Iterator[Workbook]:
    """A workbook that can be read.

    Raises
    ------
    LandingError
        If it is damaged, protected by a password, of the old format, or larger than the limit once unpacked; also from
        what is read of it in the meantime.
    """
    import openpyxl

    _check_container(path, name, limit_bytes)
    try:
        with path.open("rb") as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what it leaves out: pictures, rules of validation
            book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
            try:
                yield book
            finally:
                book.close()
    except LandingError:
        raise
    except Exception as error:  # a damaged workbook makes its parser fail in any way
        words = (str(error).splitlines() or [""])[0][:200] or type(error).__name__
        raise LandingError(
            f"{name} is not a readable workbook: {words}.",
            "Open it in a spreadsheet program and save it as .xlsx anew; nothing of it was landed.",
        ) from error


def sheet_records(book: Workbook, path: Path, name: str, sheet: str) -> Records:
    """The rows of a sheet that are not blank, the first one the header.

    Numbers have the 15 digits that a spreadsheet keeps, times are written YYYY-MM-DD HH:MM:SS, formulas count by the
    values that are stored with them.

    Raises
    ------
    LandingError
        If the header cannot be one, or formulas have no values.
    """
    _refuse_formulas_without_values(book, path, name, sheet)
    rows = _rows(book, sheet)
    header = [text or "" for text in next(rows, [])]
    columns = checked_columns(f"{name}, sheet {sheet}", header)
    return Records(columns, lambda: _fitted(rows, columns))


def _check_container(path: Path, name: str, limit_bytes: int) -> None:
    with path.open("rb") as file:
        beginning = file.read(len(_PROTECTED))
    if beginning == _PROTECTED:
        raise LandingError(
            f"{name} is protected by a password, or an old workbook (.xls).",
            "Open it in a spreadsheet program and save it as .xlsx without a password; nothing of it was landed.",
        )
    try:
        with zipfile.ZipFile(path) as container:
            sizes = {one.filename: one.file_size for one in container.infolist()}
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise LandingError(
            f"{name} is not a readable workbook: {error}.",
            "It may be cut short: ask for it again; nothing of it was landed.",
        ) from error
    refuse_too_large(name, sum(sizes.values()), limit_bytes)
    if sizes.get(_SHARED_TEXTS, 0) > _SHARED_TEXTS_LIMIT_BYTES:
        raise LandingError(
            f"{name} holds more than {_SHARED_TEXTS_LIMIT_BYTES / 1e6:,.0f} MB of texts, which do not go into memory.",
            "Save its sheets as CSV UTF-8; nothing of it was landed.",
        )


def _refuse_formulas_without_values(book: Workbook, path: Path, name: str, sheet: str) -> None:
    # Where the sheet stands in the container; openpyxl has no public word for it.
    inside: str = cast(Any, book[sheet])._worksheet_path.lstrip("/")
    held = b""
    with zipfile.ZipFile(path) as container, container.open(inside) as xml:
        while block := xml.read(_BLOCK_BYTES):
            if _FORMULA_WITHOUT_VALUE.search(held + block):
                raise LandingError(
                    f"{name}, sheet {sheet}: cells hold formulas without their values; the program that wrote it did "
                    "not calculate them.",
                    "Open it in a spreadsheet program and save it; nothing of it was landed.",
                )
            held = block[-_OVERLAP_BYTES:]


def _rows(book: Workbook, sheet: str) -> Iterator[list[str | None]]:
    """The rows that are not blank, without empty cells at their ends."""
    opened = book[sheet]
    opened.reset_dimensions()  # what the file says of its size may be wrong, and rows would be left out
    for cells in opened.iter_rows(values_only=True):
        texts = [_text(value) for value in cells]
        while texts and not texts[-1]:
            texts.pop()
        if texts:
            yield texts


def _fitted(rows: Iterator[list[str | None]], columns: tuple[str, ...]) -> Iterator[Record]:
    width = len(columns)
    padding: list[str | None] = [None] * width
    for row in rows:
        if len(row) > width:
            content = ",".join(text or "" for text in row)
            yield NoRow(f"{len(row)} fields where the header has {width}", content)
        else:
            yield list(chain(row, padding[len(row) :]))


def _text(value: Any) -> str | None:
    return (
        None if value is None else next((text(value) for kind, text in _TEXTS if isinstance(value, kind)), str(value))
    )


def _unescaped(text: str) -> str:
    """Control characters are written as _x000D_ in workbooks."""
    if "_x" not in text:
        return text
    from openpyxl.utils.escape import unescape

    return unescape(text)


# The first that fits: true and false are numbers, too, and a date and time is a date.
_TEXTS: tuple[tuple[type, Callable[[Any], str]], ...] = (
    (str, _unescaped),
    (bool, lambda value: "true" if value else "false"),
    (float, lambda value: format(Decimal(format(value, _DIGITS)), "f")),
    (datetime, lambda value: value.isoformat(sep=" ")),
    (date, lambda value: value.isoformat()),
)
