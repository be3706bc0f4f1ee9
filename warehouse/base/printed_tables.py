"""Printing the answer of a query as an aligned table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any


def aligned(columns: Sequence[str], rows: Sequence[Sequence[Any]], *, grouped_integers: bool = True) -> Iterator[str]:
    """Yield a header, a rule and the rows; numbers to the right.

    Parameters
    ----------
    grouped_integers
        Whether whole numbers are written as 1,965: right for counts, not for years.

    >>> print("\\n".join(aligned(["name", "orders"], [("Ada", 12), ("Bo", None)])))
    name  orders
    ----  ------
    Ada       12
    Bo
    """
    cells = [[shown(value, grouped_integers=grouped_integers) for value in row] for row in rows]
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


def one_per_line(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> Iterator[str]:
    """Yield each row as a line for each of its values.

    >>> print("\\n".join(one_per_line(["name", "orders"], [("Ada", 12)])))
    row 1
      name    Ada
      orders  12
    """
    widest = max(map(len, columns))
    for number, row in enumerate(rows, start=1):
        yield f"row {number}"
        for name, value in zip(columns, row, strict=True):
            yield f"  {name.ljust(widest)}  {shown(value, grouped_integers=False)}".rstrip()


def shown(value: Any, *, grouped_integers: bool = True) -> str:
    """Return a value as the text of one cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal) or (grouped_integers and isinstance(value, int)):
        return f"{value:,}"
    return str(value).replace("\n", " ")


def _is_numeric(values: Iterator[Any]) -> bool:
    present = [value for value in values if value is not None]
    return bool(present) and all(isinstance(v, int | float | Decimal) and v is not True for v in present)
