"""Rows as a file of CSV that a spreadsheet opens without obeying what stands in it."""

from __future__ import annotations

import pandas

_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"


def csv_of(frame: pandas.DataFrame) -> bytes:
    """Return the rows as CSV in UTF-8, with the column names of the question as heads.

    A text that a spreadsheet would take for a formula gets an apostrophe before it (OWASP, *CSV Injection*); figures
    stay figures. The mark of the byte order tells Excel that the file is UTF-8.
    """
    safe = {name: frame[name].map(_harmless) for name in frame.columns if not _is_figure(frame[name])}
    return (_BYTE_ORDER_MARK + frame.assign(**safe).to_csv(index=False, lineterminator="\r\n")).encode("utf-8")


def _is_figure(values: pandas.Series) -> bool:
    types = pandas.api.types
    return types.is_numeric_dtype(values) or types.is_datetime64_any_dtype(values)


def _harmless(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.lstrip(" ").startswith(_BEGINS_A_FORMULA) else value
