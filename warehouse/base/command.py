"""What every command from the shell does around its work: files for their owner alone, words for what went wrong."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from warehouse.base.errors import ClienteleError
from warehouse.base.machine_faults import in_words
from warehouse.base.permissions import OWNER_ALONE, keep_private
from warehouse.base.settings import CHECKOUT, Settings

_INTERRUPTED = 130  # what shells give for Ctrl-C


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


def _unforeseen(error: BaseException, home: Path) -> ClienteleError:
    """What nobody foresaw: its kind and first line; the traceback goes into a file, or where none can be, to stderr."""
    log = home / "logs" / "unforeseen.log"
    said = f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else 'no words'}"
    trace = "".join(traceback.format_exception(error))
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a", encoding="utf-8") as file:
            file.write(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC\n{trace}\n")
    except OSError:
        print(trace, file=sys.stderr)
    return ClienteleError(
        f"Something went wrong that Clientele did not foresee. {said}", f"Report it, with the end of {log}."
    )
