"""A source's own list of codes that stand on order lines and are no goods: `line_kinds.csv` in its folder."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from warehouse.base.errors import LandingError, SourceError
from warehouse.files.csv_header import csv_header
from warehouse.tables.contract import load_contract

FILE_NAME = "line_kinds.csv"
_COLUMNS = ("code_pattern", "line_kind", "pseudo_product_kind", "description")
_NEEDED = _COLUMNS[:2]


@dataclass(frozen=True)
class LineKind:
    """What lines are whose product code fits a pattern of SQL's `like`; codes are compared in capitals, trimmed."""

    code_pattern: str
    line_kind: str
    pseudo_product_kind: str | None  # a finer name of the shop's own, for reports
    description: str | None


def read_line_kinds(folder: Path) -> tuple[LineKind, ...]:
    """Read a source folder's list; empty where it has none.

    Raises
    ------
    SourceError
        If the list makes no sense; names the file, the line and what is allowed.
    """
    path = folder / FILE_NAME
    if not path.exists():
        return ()
    name = f"{folder.name}/{FILE_NAME}"
    try:
        text = path.read_text(encoding="utf-8-sig")
        header = csv_header(name, io.BytesIO(text.encode()))
    except UnicodeDecodeError as error:
        raise SourceError(f"{name} is not UTF-8.", "Save it as CSV UTF-8.") from error
    except LandingError as error:
        raise SourceError(error.message, error.what_to_do) from error
    _check_columns(name, header.columns)
    reader = csv.DictReader(io.StringIO(text, newline=""), header.columns, delimiter=header.delimiter)
    for _ in range(2 if header.separator_line_bytes else 1):
        next(reader, None)  # what stands above the list
    lines: dict[str, tuple[int, LineKind]] = {}
    for row in reader:
        line = reader.line_num
        kind = _checked(f"{name}, line {line}", row)
        if kind.code_pattern in lines:
            raise SourceError(
                f"{name}, line {line}: the pattern {kind.code_pattern!r} stands already in line "
                f"{lines[kind.code_pattern][0]}; capitals and small letters are the same.",
                "Take one of the two lines out.",
            )
        lines[kind.code_pattern] = (line, kind)
    return tuple(kind for _, kind in lines.values())


def _check_columns(name: str, columns: tuple[str, ...]) -> None:
    missing = [column for column in _NEEDED if column not in columns]
    unknown = [column for column in columns if column not in _COLUMNS]
    if missing or unknown:
        what = f"lacks the column {', '.join(missing)}" if missing else f"has an unknown column {', '.join(unknown)}"
        raise SourceError(f"{name}, line 1: the header {what}.", f"Write it as {','.join(_COLUMNS)}.")


def _checked(place: str, row: dict[str | None, str | list[str] | None]) -> LineKind:
    if None in row or None in row.values():
        raise SourceError(
            f"{place} has another number of fields than the header.", "Put text that holds the delimiter in quotes."
        )
    values = {column: str(value).strip() for column, value in row.items()}
    allowed = load_contract().tables["order_items"].columns["line_kind"].allowed
    if not values["code_pattern"]:
        raise SourceError(f"{place}: the code_pattern is empty.", "Write a product code, with % for any characters.")
    if values["line_kind"] not in allowed:
        raise SourceError(f"{place}: {values['line_kind']!r} is not a line_kind.", f"Allowed are {', '.join(allowed)}.")
    return LineKind(
        values["code_pattern"].upper(),
        values["line_kind"],
        values.get("pseudo_product_kind") or None,
        values.get("description") or None,
    )
