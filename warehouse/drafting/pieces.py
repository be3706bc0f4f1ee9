"""What a file holds to be looked at: itself, sheets of a workbook, records of JSON, members of an archive."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from warehouse.landing.recognition import DATA_SUFFIXES, UNPACKED_SUFFIXES
from warehouse.landing.unpacked import unpacked_files
from warehouse.source_definitions.folders import FileKind, Source
from warehouse.unpacking.json_records import JSON_SUFFIXES
from warehouse.unpacking.workbook import WORKBOOK_SUFFIXES

Format = Literal["csv", "parquet", "lines", "excel", "json"]
_ALL_SHEETS = "*"


@dataclass(frozen=True)
class Piece:
    """One table in a file."""

    path: Path  # of what is read: the file, or the Parquet that it became
    name: str  # of the file that was given, or in an archive
    format: Format
    sheet: str = ""


@contextmanager
def pieces_of(path: Path, name: str, limit_bytes: int) -> Iterator[list[Piece]]:
    """Take a file apart as a hand-in would.

    Raises
    ------
    LandingError
        If it is damaged, or larger than the limit once unpacked.
    """
    with tempfile.TemporaryDirectory() as scratch:
        if not name.lower().endswith(UNPACKED_SUFFIXES):
            yield [_piece(path, name)] if name.lower().endswith(DATA_SUFFIXES) else []
            return
        with unpacked_files(_any_source(Path(scratch)), [(path, name)], Path(scratch), limit_bytes) as unpacked:
            read = [(made, called) for made, called in unpacked.named if called.lower().endswith(DATA_SUFFIXES)]
            yield [_piece(made, called) for made, called in read]


def _any_source(folder: Path) -> Source:
    """A source that takes every sheet and every list of records, whatever they are called."""
    sheets = [
        FileKind(pattern=f"*{end}", format="excel", sheet=_ALL_SHEETS, rows_are="orders") for end in WORKBOOK_SUFFIXES
    ]
    lists = [FileKind(pattern=f"*{end}", format="json", rows_are="orders") for end in JSON_SUFFIXES]
    return Source(name="any", folder=folder, description="", form="mapped", files=(*sheets, *lists))


def _piece(path: Path, name: str) -> Piece:
    given, _, stem = name.removesuffix(".parquet").rpartition("/")
    if given.lower().endswith(WORKBOOK_SUFFIXES):
        return Piece(path, given, "excel", stem)
    if given.lower().endswith(JSON_SUFFIXES):
        return Piece(path, given, "json")
    return Piece(path, name, "parquet" if name.lower().endswith(".parquet") else "csv")
