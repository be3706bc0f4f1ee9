"""Faults of the machine (a full disk, no right to write, too little memory, a bad setting) as readable errors."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

import duckdb
from pydantic import ValidationError

from warehouse.base.errors import ClienteleError, SettingsError

FREE_SPACE = "Free some space and try again; nothing is lost."
_DISK_IS_FULL = (errno.ENOSPC, errno.EDQUOT)
_MAY_NOT_WRITE = (errno.EROFS, errno.EACCES, errno.EPERM)
# Less than this and even a database's first page or a log cannot be written.
_HARDLY_ANYTHING_BYTES = 256 * 1024


def is_full_disk(error: BaseException) -> bool:
    """Whether an error says that the disk is full, in whatever words libraries have for it."""
    text = str(error)
    return getattr(error, "errno", None) in _DISK_IS_FULL or "No space left" in text or "disk is full" in text


def in_words(error: BaseException) -> ClienteleError | None:
    """A fault of the machine as a readable error; None where it is another fault."""
    if isinstance(error, ValidationError):
        return SettingsError(f"A setting makes no sense. {_settings_words(error)}", ".env.example lists all of them.")
    number = getattr(error, "errno", None)
    first_line = str(error).splitlines()[0] if str(error) else type(error).__name__
    if is_full_disk(error):
        return ClienteleError(f"The disk is full: {_place(error)}", FREE_SPACE)
    if number in _MAY_NOT_WRITE or "readonly database" in first_line:
        return ClienteleError(
            f"{_place(error)} may not be written or read.",
            "Give yourself the folder (chown, chmod), or set CLIENTELE_HOME to one that may be written.",
        )
    if isinstance(error, duckdb.IOException | OSError):
        return ClienteleError(f"A file cannot be used: {first_line}", "Look at the file, its folder and the disk.")
    if isinstance(error, duckdb.OutOfMemoryException | MemoryError):
        return ClienteleError(f"There is not enough memory: {first_line}", "Raise CLIENTELE_MEMORY_LIMIT.")
    return None


def _settings_words(error: ValidationError) -> str:
    return "; ".join(f"CLIENTELE_{'_'.join(map(str, one['loc'])).upper()}: {one['msg']}" for one in error.errors())


def _place(error: BaseException) -> str:
    return str(getattr(error, "filename", None) or str(error).splitlines()[0])


def disk_is_full(folder: Path) -> bool:
    """Whether hardly anything can be written where a folder lies or would lie; for what failed without saying why."""
    standing = next(place for place in (folder, *folder.parents) if place.exists())
    return shutil.disk_usage(standing).free < _HARDLY_ANYTHING_BYTES
