"""The landing folder: what was handed in, as it came. Files are copied in, recognised and never changed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from warehouse.contract import load_contract
from warehouse.errors import LandingError
from warehouse.landing_paths import (
    DATA_SUFFIXES,
    checked_name,
    copy_in,
    data_files,
    landing_folder_of,
    refuse_outside,
    unread_format,
)
from warehouse.settings import Settings
from warehouse.source_folders import FileKind, Source

_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True)
class LandedFile:
    """One file in the landing folder and what its rows are."""

    path: Path
    name: str  # relative to the source's landing folder, with forward slashes
    kind: FileKind


def land_input(settings: Settings, source: str, given: Path) -> list[Path]:
    """Copy a file, or the data files of a folder, into the landing folder of a source.

    A file whose name is taken by other content is kept beside it under a name of its own, so nothing is lost.

    Returns
    -------
    list[Path]
        Where the files stand now.

    Raises
    ------
    LandingError
        If the input does not exist, cannot be read or holds no data file, or a link in the landing folder would lead
        a copy out of it.
    """
    given = given.expanduser()
    if not _exists(given):
        raise LandingError(f"INPUT {given} does not exist.", "Check the path; it is relative to the checkout.")
    if given.is_file() and not given.name.lower().endswith(DATA_SUFFIXES):
        raise unread_format(given)
    files = [given] if given.is_file() else data_files(given) if given.is_dir() else []
    if not files:
        raise LandingError(
            f"INPUT {given} holds no data file.",
            f"Clientele reads files ending in {', '.join(DATA_SUFFIXES)}.",
        )
    base = given.parent if given.is_file() else given
    folder = landing_folder_of(settings, source)
    folder.mkdir(parents=True, exist_ok=True)
    return [_land(path, folder / checked_name(path, base), folder) for path in files]


def landed_files(settings: Settings, source: Source) -> list[LandedFile]:
    """All files in the landing folder of a source, each with its kind, in order of name.

    Raises
    ------
    LandingError
        If the folder is missing or empty, a file is of no kind that the source knows, or a link leads out of it.
    """
    folder = landing_folder_of(settings, source.name)
    paths = data_files(folder) if folder.is_dir() else []
    if not paths:
        raise LandingError(
            f"No files for source {source.name!r}: the landing folder {folder} is empty.",
            f"Put files there, or name them: make run SOURCE={source.name} INPUT=path/to/file",
        )
    return [_recognised(path, folder, source) for path in paths]


def file_sha256(path: Path, salt: bytes = b"") -> str:
    """SHA-256 of a file's bytes, after the salt; LandingError if it cannot be read."""
    digest = hashlib.sha256(salt)
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                digest.update(chunk)
    except OSError as error:
        raise LandingError(
            f"{path.name} cannot be read: {error.strerror}.", "Check the permissions of the file and its folder."
        ) from error
    return digest.hexdigest()


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError) as error:  # no permission, a name too long, a null byte
        raise LandingError(f"INPUT {path!r} cannot be looked at: {error}", "Check the path.") from error


def _land(path: Path, target: Path, folder: Path) -> Path:
    refuse_outside(target, folder, str(target))
    if target.exists():
        digest = file_sha256(path)
        if file_sha256(target) == digest:
            return target
        stem, dot, suffix = target.name.partition(".")
        target = target.with_name(f"{stem}--{digest[:8]}{dot}{suffix}")
    copy_in(path, target, folder)
    return target


def _recognised(path: Path, folder: Path, source: Source) -> LandedFile:
    name = checked_name(path, folder)
    kind = _mapped_kind(path, source) if source.form == "mapped" else _contract_kind(path, folder)
    if kind is None:
        expected = (
            ", ".join(kind.pattern for kind in source.files)
            if source.form == "mapped"
            else "names that start with a contract table: " + ", ".join(load_contract().tables)
        )
        raise LandingError(
            f"{name}: source {source.name!r} does not know what this file is.",
            f"Rename it or take it out of the landing folder. Known: {expected}.",
        )
    return LandedFile(path, name, kind)


def _mapped_kind(path: Path, source: Source) -> FileKind | None:
    return next((kind for kind in source.files if fnmatch(path.name.lower(), kind.pattern)), None)


def _contract_kind(path: Path, folder: Path) -> FileKind | None:
    """`orders.csv`, `orders_2024-05.csv` or `orders/2024-05.csv` are orders; the longest table name wins."""
    stem = path.name.lower().split(".")[0]
    parent = path.parent.name.lower() if path.parent != folder else ""
    for table in sorted(load_contract().tables, key=len, reverse=True):
        rest = stem.removeprefix(table)
        if parent == table or (stem.startswith(table) and not rest[:1].isalpha()):
            format_ = "parquet" if path.name.lower().endswith(".parquet") else "csv"
            return FileKind(pattern=path.name, format=format_, rows_are=table)
    return None
