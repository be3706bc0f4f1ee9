"""CSV for spreadsheets: what one would run as a formula is written as text."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

# What makes a spreadsheet take a text for a formula (OWASP, CSV injection).
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def as_text_cell(value: Any) -> Any:
    """The value; a text that begins like a formula gets an apostrophe in front, numbers stay numbers.

    >>> as_text_cell("=1+1"), as_text_cell("Oslo"), as_text_cell(-2)
    ("'=1+1", 'Oslo', -2)
    """
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_STARTS) else value


def csv_text(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A CSV in which no cell is a formula."""
    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow([as_text_cell(name) for name in header])
    writer.writerows([as_text_cell(value) for value in row] for row in rows)
    return written.getvalue()
