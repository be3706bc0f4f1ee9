"""What every command from the shell does around its work: files for their owner alone, words for what went wrong."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import duckdb
from pydantic import ValidationError

from warehouse.errors import ClienteleError, SettingsError
from warehouse.permissions import OWNER_ALONE, keep_private
from warehouse.settings import CHECKOUT, Settings

_INTERRUPTED = 130  # what shells give for Ctrl-C
_DISK_IS_FULL = (errno.ENOSPC, errno.EDQUOT)
_MAY_NOT_WRITE = (errno.EROFS, errno.EACCES, errno.EPERM)


def run_command(work: Callable[[Settings], int | None], interrupted: str = "Stopped.") -> int:
    """Do the work and return the exit code: 0 or what the work returns, 1 with a message, 130 after Ctrl-C.

    Parameters
    ----------
    work
        Takes the settings of the environment.
    interrupted
        What is said after Ctrl-C.
    """
    # Of what a command writes, nothing is for others; what is published is opened to them by who publishes it.
    os.umask(OWNER_ALONE)
    home = CHECKOUT / "var"
    try:
        settings = Settings()
        home = settings.home
        keep_private(settings)
        return work(settings) or 0
    except ClienteleError as error:
        print(f"\nError: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        print(f"\n{interrupted}", file=sys.stderr)
        return _INTERRUPTED
    except Exception as error:
        print(f"\nError: {in_words(error) or _unforeseen(error, home)}", file=sys.stderr)
    return 1


def in_words(error: BaseException) -> ClienteleError | None:
    """A fault of the machine as an error for people; None where it is another fault."""
    if isinstance(error, ValidationError):
        return SettingsError(f"A setting makes no sense. {_settings_words(error)}", ".env.example lists all of them.")
    number = getattr(error, "errno", None)
    first_line = str(error).splitlines()[0] if str(error) else type(error).__name__
    if number in _DISK_IS_FULL or "No space left" in first_line or "disk is full" in first_line:
        return ClienteleError(f"The disk is full: {_place(error)}", "Free some space and try again; nothing is lost.")
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


def _unforeseen(error: BaseException, home: Path) -> ClienteleError:
    """What nobody foresaw: its kind and first line; the traceback goes into a file, or where none can be, to stderr."""
    log = home / "logs" / "unforeseen.log"
    said = f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else 'no words'}"
    told = "".join(traceback.format_exception(error))
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a", encoding="utf-8") as file:
            file.write(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC\n{told}\n")
    except OSError:
        print(told, file=sys.stderr)
    return ClienteleError(
        f"Something went wrong that Clientele did not foresee. {said}", f"Report it, with the end of {log}."
    )
