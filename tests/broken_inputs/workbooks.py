"""Excel workbooks as they are handed in, whole and broken."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import datetime

import openpyxl

from tests.broken_inputs.case import Case

GROUP = "Workbooks, handed in"
_COLUMNS = ["order_id", "customer_id", "ordered_at", "order_amount"]
_HELD = ("order_id, customer_id, ordered_at::varchar, order_amount::double", [("1", "a", "2024-05-01 10:00:00", 1.5)])


def workbook(*rows: list, sheet: str = "Orders", more: tuple[str, ...] = ()) -> bytes:
    book = openpyxl.Workbook()
    opened = book.active
    opened.title = sheet
    for row in rows:
        opened.append(row)
    for name in more:
        book.create_sheet(name).append(["nothing", "to", "see"])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _sheet(*rows: list, **options) -> Callable[[], bytes]:
    return lambda: workbook(_COLUMNS, *rows, **options)


def _changedworkbook(member: str, change: Callable[[bytes], bytes], *rows: list) -> bytes:
    """A workbook with other bytes in one of its parts."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook(_COLUMNS, *rows))) as given, zipfile.ZipFile(target, "w") as made:
        for part in given.namelist():
            content = given.read(part)
            made.writestr(part, change(content) if part == member else content, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def _wrong_dimension() -> bytes:
    """A workbook that says that it ends in row 2."""
    row = [2, "b", datetime(2024, 5, 1), 2]
    return _changedworkbook(
        "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b"A1:D3", b"A1:D2"), [1, "a", datetime(2024, 5, 1), 1], row
    )


def _entity_bomb() -> bytes:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + b"".join(
        b'<!ENTITY %c "%s">' % (98 + level, b"&%c;" % (97 + level) * 10) for level in range(9)
    )
    return _changedworkbook(
        "xl/worksheets/sheet1.xml", lambda xml: bomb + b"]>" + xml.replace(b"<v>1</v>", b"<v>&j;</v>"), [1, "a", 1, 1]
    )


_ROW = [1, "a", datetime(2024, 5, 1, 10), 1.5]
_BOOKS = (
    (
        "book",
        "a sheet called Orders",
        _sheet(_ROW),
        {"loaded": 1, "landed_name": "shop.xlsx/Orders.parquet", "holds": _HELD},
    ),
    (
        "book_more_sheets",
        "and one that is called after no table: passed over",
        _sheet(_ROW, more=("Notes",)),
        {"loaded": 1},
    ),
    (
        "book_no_table",
        "no sheet is called after a table",
        _sheet(_ROW, sheet="A", more=("B",)),
        {"refused": "no sheet that is called after a table of the contract. It has: A, B"},
    ),
    (
        "book_long_row",
        "a row that is longer than the header",
        _sheet(_ROW, [2, "a", datetime(2024, 5, 1), 1, "?"]),
        {"loaded": 1, "quarantined": 1, "reasons": ("5 fields where the header has 4",)},
    ),
    (
        "book_blank_rows",
        "blank rows among the rows",
        _sheet([None], _ROW, [None, None], [2, "b", datetime(2024, 5, 1), 1]),
        {"loaded": 2},
    ),
    (
        "book_number_as_time",
        "a number without a date's format where a time should stand",
        _sheet([1, "a", 45413.5, 1]),
        {"quarantined": 1, "reasons": ("looks like an Excel serial date",)},
    ),
    (
        "book_float",
        "0.1 + 0.2: the 15 digits that a spreadsheet keeps",
        _sheet([1, "a", datetime(2024, 5, 1), 0.1 + 0.2]),
        {
            "loaded": 1,
            "landed_name": "shop.xlsx/Orders.parquet",
            "holds": ("order_amount::varchar", [("0.3000000000",)]),
        },
    ),
    (
        "book_formula",
        "formulas without their values",
        _sheet([1, "a", datetime(2024, 5, 1), "=1+1"]),
        {"refused": "formulas without their values"},
    ),
    (
        "book_control",
        "a null character, as workbooks write it",
        _sheet([1, "a_x0000_", datetime(2024, 5, 1), 1]),
        {"quarantined": 1, "reasons": ("customer_id: holds the character U+0000",)},
    ),
    ("book_dimension", "a workbook that says that it ends earlier than it does", _wrong_dimension, {"loaded": 2}),
    (
        "book_twice",
        "two columns of one name",
        lambda: workbook(["order_id", "Order_ID", "ordered_at"], [1, 2, datetime(2024, 5, 1)]),
        {"refused": "order_id stands twice in the header"},
    ),
    ("book_empty", "an empty sheet", workbook, {}),
    (
        "book_cut",
        "a workbook that is cut short",
        lambda: workbook(_COLUMNS, _ROW)[:-200],
        {"refused": "is not a readable workbook"},
    ),
    (
        "book_no_parts",
        "an archive named .xlsx",
        lambda: b"PK\x05\x06" + bytes(18),
        {"refused": "is not a readable workbook"},
    ),
    (
        "book_protected",
        "a workbook with a password, or an old one",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512),
        {"refused": "is protected by a password, or an old workbook"},
    ),
    (
        "book_entities",
        "a workbook whose XML grows without end",
        _entity_bomb,
        {"refused": "is not a readable workbook"},
    ),
    (
        "book_bomb",
        "a workbook larger than the limit once unpacked",
        lambda: _changedworkbook("docProps/app.xml", lambda _: bytes(2_000_000)),
        {"refused": "larger than 1 MB once unpacked", "unpacked_file_limit_mb": 1},
    ),
)
CASES = tuple(
    Case(name, GROUP, what, content, file_name="shop.xlsx", handed_in=True, **outcome)
    for name, what, content, outcome in _BOOKS
)
