"""One process at a time: locks that end with the process, however that ends, and name who holds them."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from warehouse.base.errors import WarehouseBusy
from warehouse.base.named_process import named_process

_WAIT_SECONDS = 0.1


@contextmanager
def held_alone(path: Path, words: str, patience_seconds: float = 0.0) -> Iterator[None]:
    """Hold the lock of a file, in which the id of this process stands meanwhile.

    Parameters
    ----------
    words
        What another process that holds it is doing, as a sentence up to its name.
    patience_seconds
        How long to wait for that process.

    Raises
    ------
    WarehouseBusy
        If another process holds it for longer; the message names it.
    """
    deadline = time.monotonic() + patience_seconds
    with path.open("a+", encoding="utf-8") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    raise busy(lock, words) from None
                time.sleep(_WAIT_SECONDS)
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def busy(lock: TextIO, words: str) -> WarehouseBusy:
    """The error that names the process whose id stands in the file of a lock."""
    lock.seek(0)
    return WarehouseBusy(f"{words}: {named_process(lock.read())}.", "Wait for it to end, then try again.")
