"""Room beside the landed files for what is still being made; a process that is killed leaves it for the next."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PREFIX = ".scratch-"


@contextmanager
def scratch_folder(folder: Path) -> Iterator[Path]:
    """A hidden folder in the landing folder, on the same disk; it is gone afterwards."""
    folder.mkdir(parents=True, exist_ok=True)
    clear_scratch(folder)
    scratch = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=folder))
    handle = os.open(scratch, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)  # says that somebody works here, until the process ends
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
        os.close(handle)


def clear_scratch(folder: Path) -> None:
    """Remove what killed processes have left."""
    for scratch in folder.glob(f"{_PREFIX}*"):
        try:
            handle = os.open(scratch, os.O_RDONLY | os.O_DIRECTORY)
        except OSError:  # another process was faster
            continue
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(scratch, ignore_errors=True)
        except BlockingIOError:
            pass
        finally:
            os.close(handle)
