"""Printing the answer of a query as an aligned table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

_WIDEST_CELL = 60


def aligned(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> Iterator[str]:
    """Yield a header, a rule and the rows; numbers to the right, long text cut.

    >>> print("\\n".join(aligned(["name", "orders"], [("Ada", 12), ("Bo", None)])))
    name  orders
    ----  ------
    Ada       12
    Bo
    """
    cells = [[shown(value) for value in row] for row in rows]
    widths = [max([len(name), *(len(row[index]) for row in cells)]) for index, name in enumerate(columns)]
    to_right = [_is_numeric(row[index] for row in rows) for index in range(len(columns))]

    def line(texts: Sequence[str]) -> str:
        parts = [
            text.rjust(width) if right else text.ljust(width)
            for text, width, right in zip(texts, widths, to_right, strict=True)
        ]
        return "  ".join(parts).rstrip()

    yield line(columns)
    yield line(["-" * width for width in widths])
    yield from (line(row) for row in cells)


def shown(value: Any) -> str:
    """Return a value as the text of one cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return f"{value:,}"
    text = str(value).replace("\n", " ")
    return text if len(text) <= _WIDEST_CELL else text[: _WIDEST_CELL - 1] + "…"


def _is_numeric(values: Iterator[Any]) -> bool:
    present = [value for value in values if value is not None]
    return bool(present) and all(isinstance(v, int | float | Decimal) and v is not True for v in present)
