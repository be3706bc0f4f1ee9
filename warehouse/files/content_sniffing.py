"""What a file without a suffix holds: Parquet, or CSV whose header has columns of the table it is said to be."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from warehouse.base.errors import LandingError
from warehouse.files.blocks import BlockStream, file_blocks
from warehouse.files.csv_header import csv_header
from warehouse.files.encoding import text_format, utf8_blocks
from warehouse.tables.contract import load_contract

_PARQUET = b"PAR1"


def sniffed_format(path: Path, table: str) -> Literal["csv", "parquet"] | None:
    """Look at the beginning of a file; None if it is neither.

    An empty file is a CSV without rows: tools that write tables in parts leave such.

    Raises
    ------
    LandingError
        If the file cannot be read.
    """
    first = next(file_blocks(path, path.name, None, any_format=True), b"")
    if first.startswith(_PARQUET):
        return "parquet"
    if not first.strip():
        return "csv"
    try:
        beginning = first[: first.rfind(b"\n") + 1] or first
        found = text_format(path.name, [beginning])
        header = csv_header(path.name, BlockStream(utf8_blocks(path.name, [beginning], found)))
    except LandingError:
        return None
    known = load_contract().tables[table].columns
    return "csv" if any(column.lower() in known for column in header.columns) else None
