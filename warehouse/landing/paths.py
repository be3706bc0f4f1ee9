"""Paths of landed files: nothing is read from outside of the landing folder, nothing written out of it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fnmatch import fnmatchcase
from pathlib import Path
from shutil import copyfileobj

from warehouse.base.errors import LandingError
from warehouse.base.settings import Settings

# Left beside data by desktops, and by the tools that write tables in parts; they hold no rows.
_MARKER_FILES = ("thumbs.db", "ehthumbs.db", "desktop.ini", "_success", "_metadata", "_common_metadata")
_MARKER_PATTERNS = ("*.crc", "~$*", "_committed_*", "_started_*")
_MARKER_FOLDERS = ("__macosx", "$recycle.bin", "system volume information", "_temporary")
_NAMED_LIKE_DATA = (".csv", ".tsv", ".txt", ".parquet", ".gz")


def landing_folder_of(settings: Settings, source: str) -> Path:
    """The landing folder of a source, without links.

    Raises
    ------
    LandingError
        If it is a link that leads out of the landing folder.
    """
    folder = settings.landing_of(source)
    refuse_outside(folder, settings.landing_folder, str(folder))
    return folder


def found_files(folder: Path) -> list[Path]:
    """The files in a folder and below, in order of name; hidden ones and the markers of tools are left out.

    Raises
    ------
    LandingError
        If there is a link that leads out of the folder, a folder or device with the name of a data file, or something
        that may not be looked at.
    """
    with _explained(folder.name):
        return [path for path in sorted(_walk(folder)) if _is_file(path, folder)]


def is_marker(name: str) -> bool:
    """Whether a file is left out by its name."""
    lowered = name.lower()
    return (
        lowered.startswith(".")
        or lowered in _MARKER_FILES
        or any(fnmatchcase(lowered, pattern) for pattern in _MARKER_PATTERNS)
    )


def copy_in(given: Path, target: Path, folder: Path) -> None:
    """Copy a file to a place inside of a folder, whole or not at all.

    Raises
    ------
    LandingError
        If the place is outside of the folder, or the file cannot be read or written.
    """
    with _explained(given.name):
        refuse_outside(target.parent, folder, str(target))
        target.parent.mkdir(parents=True, exist_ok=True)
        # A fresh name that nobody can have put a link at.
        handle, partial = tempfile.mkstemp(prefix=f".{target.name[:80]}.", suffix=".partial", dir=target.parent)
        try:
            with os.fdopen(handle, "wb") as copy, given.open("rb") as original:
                copyfileobj(original, copy)
                copy.flush()
                os.fsync(copy.fileno())
            Path(partial).replace(target)
        except BaseException:
            with suppress(OSError):
                Path(partial).unlink()
            raise


def checked_name(path: Path, folder: Path) -> str:
    """A file's name relative to the folder, with forward slashes.

    Raises
    ------
    LandingError
        If the name is not text or holds control characters, which could forge lines of a log.
    """
    name = path.relative_to(folder).as_posix()
    if not name.isprintable():
        raise LandingError(
            f"{name.encode('unicode_escape', 'backslashreplace').decode()}: the file's name holds characters that "
            "cannot be printed.",
            "Rename the file.",
        )
    return name


def _walk(folder: Path) -> Iterator[Path]:
    def refuse(error: OSError) -> None:
        raise error  # os.walk would pass over a folder that may not be read

    for parent, folders, files in os.walk(folder, onerror=refuse):
        folders[:] = [name for name in folders if not name.startswith(".") and name.lower() not in _MARKER_FOLDERS]
        yield from (Path(parent, name) for name in (*folders, *files) if not is_marker(name))


def _is_file(path: Path, folder: Path) -> bool:
    if path.is_symlink():
        refuse_outside(path, folder, str(path))
    if path.name.lower().endswith(_NAMED_LIKE_DATA) and path.exists() and not path.is_file():
        raise LandingError(
            f"{path} is named like a data file and is none, but a folder or a device.",
            "Put the files themselves there; a folder of parts may be called after its table: orders/part-1.csv.",
        )
    return path.is_file()


def refuse_outside(path: Path, folder: Path, shown: str) -> None:
    """Raise LandingError if a path, links followed, is not in the folder."""
    try:
        is_inside = path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):  # a circle of links
        is_inside = False
    if not is_inside:
        raise LandingError(f"{shown} is a link that leads out of its folder.", "Copy the file itself there.")


@contextmanager
def _explained(name: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise LandingError(
            f"{Path(error.filename).name if error.filename else name} cannot be read or written: {error.strerror}.",
            "Check the permissions of the file and its folder, and the space left.",
        ) from error
