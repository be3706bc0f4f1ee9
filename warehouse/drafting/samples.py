"""A sample of each kind of file in a folder, read as the loader reads it, and what its columns look like."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import duckdb

from warehouse.base.errors import LandingError
from warehouse.base.sql_text import quoted
from warehouse.drafting.pieces import Format, Piece, pieces_of
from warehouse.drafting.profiles import Profile, profile_columns
from warehouse.files.csv_header import ROW_NUMBER
from warehouse.files.packing import PACKED_SUFFIXES, UNPACKING_ERRORS, open_unpacked
from warehouse.landing.recognition import LandedFile
from warehouse.reading.file_reading import LANDED, read_landed_file
from warehouse.source_definitions.folders import FileKind

SAMPLE_ROWS = 200_000
SHEET = ", sheet "  # between a workbook's name and that of a sheet
_SAMPLE_BYTES = 48_000_000  # of a text file: enough for so many rows, and read in a second
_BLANKS = re.compile(r"\s+")
_NUMBER = re.compile(r"[+-]?[0-9][0-9.,:/ -]*")
_SPLIT_SHARE = 0.95
_DIGITS = re.compile(r"[0-9]+")
_LOOKED_AT_ALL = 4
_MOST_COLUMNS = 200  # of a file are looked at; further ones are not used
BLANK_SPLIT = r"string_split_regex(trim(line), '\s+')"


@dataclass(frozen=True)
class Sample:
    """Files with the same columns, and what the first of them looks like."""

    names: tuple[str, ...]  # of the files, below the folder
    format: Format
    relation: str  # a temporary table of the sampled rows
    columns: tuple[str, ...]
    profiles: tuple[Profile, ...]
    row_count: int
    is_whole: bool
    has_header: bool
    sheet: str = ""  # of a workbook

    @property
    def labels(self) -> tuple[str, ...]:
        """The files, a workbook with its sheet."""
        return tuple(f"{name}{SHEET}{self.sheet}" if self.sheet else name for name in self.names)

    def profile(self, column: str) -> Profile:
        return next(one for one in self.profiles if one.name == column)


def take_samples(
    connection: duckdb.DuckDBPyConnection, folder: Path, paths: list[Path], limit_bytes: int
) -> tuple[list[Sample], dict[str, str]]:
    """Read samples; files with the same columns are one kind.

    Returns
    -------
    tuple[list, dict]
        The samples in order of name, and why each file that has none cannot be used.
    """
    kinds: dict[tuple, Sample] = {}
    unread: dict[str, str] = {}
    for path, like_it in _looked_at(folder, paths):
        name = path.relative_to(folder).as_posix()
        try:
            with pieces_of(path, name, limit_bytes) as pieces:
                if not pieces:
                    unread[name] = "not a format that is read"
                for piece in pieces:
                    _add(connection, kinds, unread, piece, like_it)
        except LandingError as error:
            unread[name] = error.message
    return list(kinds.values()), unread


def _add(
    connection: duckdb.DuckDBPyConnection,
    kinds: dict[tuple, Sample],
    unread: dict[str, str],
    piece: Piece,
    like_it: tuple[str, ...],
) -> None:
    sample = _take(connection, piece, f"sample_{len(kinds)}")
    if not sample.columns or not sample.row_count:
        unread |= dict.fromkeys(sample.labels, "it has no rows")
        return
    key = (
        sample.format,
        tuple(column.lower() for column in sample.columns),
        Path(piece.name).suffix.lower(),
        piece.sheet,
    )
    sample = replace(sample, names=(*sample.names, *like_it), is_whole=sample.is_whole and not like_it)
    former = kinds.get(key)
    kinds[key] = sample if former is None else _joined(former, sample)


def _looked_at(folder: Path, paths: list[Path]) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """Give the files to look at, each with the names of others that differ from it in numbers only.

    Of many such files the first and the last are read: parts of one export are alike.
    """
    alike: dict[str, list[Path]] = {}
    for path in paths:
        alike.setdefault(_DIGITS.sub("0", path.relative_to(folder).as_posix()), []).append(path)
    for group in alike.values():
        if len(group) <= _LOOKED_AT_ALL:
            yield from ((path, ()) for path in group)
        else:
            yield group[0], tuple(path.relative_to(folder).as_posix() for path in group[1:-1])
            yield group[-1], ()


def _joined(former: Sample, further: Sample) -> Sample:
    """One kind of both; the first file is what was looked at."""
    return replace(former, names=(*former.names, *further.names), is_whole=False)


def _take(connection: duckdb.DuckDBPyConnection, piece: Piece, relation: str) -> Sample:
    path, name = piece.path, piece.name
    kind: Literal["csv", "parquet"] = "csv" if piece.format == "csv" else "parquet"
    with _head(connection, path) as (head, is_whole):
        file = LandedFile(head, name, FileKind(pattern=path.name, format=kind, rows_are="orders"))
        content = read_landed_file(connection, file)
        columns = content.columns[:_MOST_COLUMNS]
        blanks = _blank_separated(connection, columns) if kind == "csv" else ()
        if blanks:
            file = LandedFile(head, name, FileKind(pattern=path.name, format="lines", rows_are="orders"))
            read_landed_file(connection, file)
    has_header = not any(_NUMBER.fullmatch(column) for column in blanks or columns)
    if blanks:
        columns = blanks if has_header else tuple(f"field_{place + 1}" for place in range(len(blanks)))
        fields = ", ".join(f"{BLANK_SPLIT}[{place + 1}] as {quoted(one)}" for place, one in enumerate(columns))
    else:
        fields = ", ".join(map(quoted, columns)) or "null"
    connection.execute(
        f"create or replace temp table {relation} as select {ROW_NUMBER}, {fields} from {LANDED} "
        f"order by {ROW_NUMBER} limit {SAMPLE_ROWS}"
    )
    [(count,)] = connection.execute(f"select count(*) from {relation}").fetchall()
    [(all_rows,)] = connection.execute(f"select count(*) from {LANDED}").fetchall()
    profiles = tuple(profile_columns(connection, relation, columns)) if columns else ()
    return Sample(
        (name,),
        "lines" if blanks else piece.format,
        relation,
        columns,
        profiles,
        count,
        is_whole and count == all_rows,
        has_header,
        piece.sheet,
    )


def _blank_separated(connection: duckdb.DuckDBPyConnection, columns: tuple[str, ...]) -> tuple[str, ...]:
    """The names of fields that blanks separate, where a file has but one column; else nothing."""
    if len(columns) != 1:
        return ()
    names = tuple(_BLANKS.split(columns[0].strip()))
    if len(names) == 1:
        return ()
    split = f"len(string_split_regex(trim({quoted(columns[0])}), '\\s+'))"
    [(share,)] = connection.execute(
        f"select coalesce(avg(case when {split} = ? then 1 else 0 end), 0) from {LANDED}", [len(names)]
    ).fetchall()
    return names if share >= _SPLIT_SHARE else ()


@contextmanager
def _head(connection: duckdb.DuckDBPyConnection, path: Path) -> Iterator[tuple[Path, bool]]:
    """The file, or where it is large a file of its beginning; and whether that is all of it."""
    if path.stat().st_size <= _SAMPLE_BYTES and path.suffix.lower() not in PACKED_SUFFIXES:
        yield path, True
        return
    with tempfile.TemporaryDirectory() as scratch:
        if path.name.lower().endswith(".parquet"):
            head = Path(scratch) / "head.parquet"
            relation = connection.read_parquet(str(path)).limit(SAMPLE_ROWS + 1)
            relation.write_parquet(str(head))
            yield head, False
            return
        head = Path(scratch) / "head.csv"
        try:
            with open_unpacked(path) as file:
                beginning = file.read(_SAMPLE_BYTES)
        except UNPACKING_ERRORS as error:
            raise LandingError(f"{path.name} cannot be read: {error}", "Export it anew.") from error
        is_whole = len(beginning) < _SAMPLE_BYTES
        head.write_bytes(beginning if is_whole else beginning[: beginning.rfind(b"\n") + 1])
        yield head, is_whole
