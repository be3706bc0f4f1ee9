"""What files are, by their names: known to a source, left alone, or refused, all of a folder at once."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Literal
from urllib.parse import unquote

from warehouse.base.errors import LandingError
from warehouse.files.content_sniffing import sniffed_format
from warehouse.files.packing import PACKED_SUFFIXES
from warehouse.landing.arrival.names import given_name
from warehouse.source_definitions.folders import FileKind, Source
from warehouse.tables.contract import load_contract
from warehouse.unpacking.json_records import JSON_SUFFIXES
from warehouse.unpacking.workbook import WORKBOOK_SUFFIXES, sheet_file

DATA_SUFFIXES = (".csv", ".tsv", ".txt", ".parquet", *(f".csv{packed}" for packed in PACKED_SUFFIXES))
# Become such files as they are handed in.
UNPACKED_SUFFIXES = (".zip", *WORKBOOK_SUFFIXES, *JSON_SUFFIXES)
# No data by their names: they lie beside data often enough, and are mentioned once.
_DOCUMENT_SUFFIXES = (
    *(".md", ".rst", ".pdf", ".doc", ".docx", ".odt", ".rtf", ".eml", ".url", ".lnk"),
    *(".png", ".jpg", ".jpeg", ".gif", ".svg", ".py", ".sql", ".sh", ".r", ".ipynb"),
    *(".yml", ".yaml", ".toml", ".ini", ".cfg", ".md5", ".sha256", ".asc", ".sig"),
)
_DOCUMENTS = ("readme", "license", "copying", "changelog", "notice", "makefile", "dockerfile", "manifest")
# Data, but of a format that is not read.
_FOREIGN_SUFFIXES = (
    *(".xls", ".xlsb", ".ods", ".7z", ".rar", ".tar", ".tgz", ".gz", ".bz2", ".xz", ".zst"),
    *(".xml", ".html", ".htm", ".avro", ".orc", ".feather", ".arrow", ".pkl"),
    *(".sqlite", ".sqlite3", ".db", ".db3", ".duckdb", ".mdb", ".accdb", ".dbf", ".sav", ".dta", ".por"),
    *(".sas7bdat", ".xpt", ".h5", ".hdf5", ".rds", ".rdata", ".npy", ".npz", ".mat"),
)
_SUFFIX = re.compile(r"\.[^.]*[^\W\d_][^.]*$")  # one of digits alone is part of the name: orders.2024
_PARTITION = re.compile(r"([^=]+)=(.*)")
_NO_PARTITION = "__HIVE_DEFAULT_PARTITION__"  # what Hive calls a folder of rows without a value


@dataclass(frozen=True)
class LandedFile:
    """One file and what its rows are."""

    path: Path
    name: str  # relative to the source's landing folder, with forward slashes
    kind: FileKind
    partition: tuple[tuple[str, str | None], ...] = ()  # what folders such as month=2024-01 say of all its rows


@dataclass(frozen=True)
class Recognised:
    """The files of a folder."""

    files: tuple[LandedFile, ...] = ()
    ignored: tuple[str, ...] = ()  # by the source's `ignore`
    passed_over: tuple[str, ...] = ()  # documents, pictures, programs

    def lines(self) -> Iterator[str]:
        """What is not read, in words."""
        if self.ignored:
            yield f"left alone, as source.yml says (ignore): {', '.join(self.ignored)}"
        if self.passed_over:
            yield f"no data by their names, passed over: {', '.join(self.passed_over)}"


def recognise(
    source: Source, named: Iterable[tuple[Path, str]], place: str, what_to_do: str, *, are_landed: bool = False
) -> Recognised:
    """Say of each file what it is.

    Parameters
    ----------
    named
        The files, each with the name that it has or will have in the landing folder.
    place, what_to_do
        Where the files are and what can be done there, for the message.
    are_landed
        Whether they lie in the landing folder, where nothing is taken apart any more.

    Raises
    ------
    LandingError
        If a file is of no kind that the source knows, or of two; names all such files.
    """
    files: list[LandedFile] = []
    ignored: list[str] = []
    passed_over: list[str] = []
    refusals: list[str] = []
    for path, name in named:
        kinds = _kinds(source, path, name)
        if is_ignored(source, name):
            ignored.append(name)
        elif len(kinds) == 1:
            files.append(LandedFile(path, name, kinds[0], _partition(name)))
        elif not kinds and (path.name.lower().endswith(_DOCUMENT_SUFFIXES) or path.name.lower() in _DOCUMENTS):
            passed_over.append(name)
        else:
            refusals.append(_refusal(source, name, kinds, are_landed=are_landed))
    if refusals:
        raise _refused(source, refusals, place, what_to_do)
    return Recognised(tuple(files), tuple(ignored), tuple(passed_over))


def kind_of(source: Source, folder: Path, name: str) -> FileKind | None:
    """What a file of the landing folder is, whether it still stands there or not; None if the source knows none."""
    kinds = [] if is_ignored(source, name) else _kinds(source, folder / name, name)
    return kinds[0] if len(kinds) == 1 else None


def landed_file(source: Source, folder: Path, name: str) -> LandedFile | None:
    """A file that stands in the landing folder; None if it is gone, or of no kind that the source knows."""
    kind = kind_of(source, folder, name)
    return LandedFile(folder / name, name, kind, _partition(name)) if kind and (folder / name).is_file() else None


def is_ignored(source: Source, name: str) -> bool:
    """Whether the source says that a file is left alone."""
    return any(fits(name, pattern) for pattern in source.ignore)


def fits(name: str, pattern: str) -> bool:
    """Whether a pattern fits a file's name, or with a slash in it the path; capitals and small letters are the same."""
    compared = name if "/" in pattern else name.rpartition("/")[2]
    return fnmatchcase(_folded(compared), _folded(pattern))


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).lower()


def _kinds(source: Source, path: Path, name: str) -> list[FileKind]:
    if source.form == "mapped":
        # What stands beside other content of its name is what that is.
        return [kind for kind in source.files if _is_of_kind(name, kind) or _is_of_kind(given_name(name), kind)]
    table = table_of(name.lower())
    format_ = _format_of(path, table) if table else None
    return [FileKind(pattern=path.name, format=format_, rows_are=table)] if table and format_ else []


def _is_of_kind(name: str, kind: FileKind) -> bool:
    if not kind.is_unpacked:
        return fits(name, kind.pattern)
    given, _, stem = name.removesuffix(".parquet").rpartition("/")
    return fits(given, kind.pattern) and (not kind.sheet or fits(stem, sheet_file(kind.sheet)))


def table_of(name: str) -> str | None:
    """`orders.csv`, `orders_2024-05.csv` and `orders/month=05/part-1.csv` are orders; the longest table name wins.

    What a file itself is called says more than its folder, and a near folder more than a far one.
    """
    tables = sorted(load_contract().tables, key=len, reverse=True)
    path = PurePosixPath(name)
    stem = path.name.split(".")[0]
    for table in tables:
        if stem.startswith(table) and not stem.removeprefix(table)[:1].isalpha():
            return table
    return next((folder for folder in reversed(path.parts[:-1]) if folder in tables), None)


def _format_of(path: Path, table: str) -> Literal["csv", "parquet"] | None:
    name = path.name.lower()
    if name.endswith(DATA_SUFFIXES):
        return "parquet" if name.endswith(".parquet") else "csv"
    return None if _SUFFIX.search(name) else sniffed_format(path, table)


def _partition(name: str) -> tuple[tuple[str, str | None], ...]:
    found = [_PARTITION.fullmatch(folder) for folder in name.split("/")[:-1]]
    pairs = [(unquote(match[1]), unquote(match[2])) for match in found if match]
    return tuple((key, None if value == _NO_PARTITION else value) for key, value in pairs)


def _refusal(source: Source, name: str, kinds: list[FileKind], *, are_landed: bool) -> str:
    if kinds:
        entries = " and ".join(f"{kind.pattern!r} ({kind.rows_are})" for kind in kinds)
        return (
            f"{name}: {len(kinds)} entries of source.yml fit this file: {entries}. Let one fit: narrow a pattern, or "
            "if the rows give several tables, keep one entry and name the others under also_give"
        )
    if are_landed and name.lower().endswith(UNPACKED_SUFFIXES):
        return f"{name} is not read where it lies: files of this format are taken apart when they are handed in"
    if name.lower().endswith(_FOREIGN_SUFFIXES) and not name.lower().endswith(DATA_SUFFIXES):
        return f"{name} is of a format that Clientele does not read: save it as CSV UTF-8 or Parquet"
    return f"{name}: source {source.name!r} does not know what this file is"


def _refused(source: Source, refusals: list[str], place: str, what_to_do: str) -> LandingError:
    known = (
        f"Patterns of {source.name}/source.yml: {', '.join(kind.pattern for kind in source.files)}."
        if source.form == "mapped"
        else f"Known are files ending in {', '.join(DATA_SUFFIXES)}, called after a contract table or in a folder that "
        f"is: {', '.join(load_contract().tables)}."
    )
    listed = refusals[0] if len(refusals) == 1 else "\n".join([f"{len(refusals)} files are refused", *refusals])
    return LandingError(
        f"{listed} ({place}).",
        f"{what_to_do} What is not needed can be named under `ignore:` in {source.folder / 'source.yml'}. {known}",
    )
