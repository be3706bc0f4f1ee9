"""One lock that says: a person is being erased; nobody else opens a build file meanwhile."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from warehouse.base.errors import WarehouseBusy
from warehouse.base.named_process import named_process
from warehouse.base.settings import Settings


@contextmanager
def erasure_lock(settings: Settings) -> Iterator[None]:
    """Hold the lock; it ends with the process, however that ends.

    Raises
    ------
    WarehouseBusy
        If another process is erasing.
    """
    path = _path(settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _busy(lock) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def refuse_while_erasing(settings: Settings) -> None:
    """Raise WarehouseBusy if another process is erasing a person."""
    path = _path(settings)
    if not path.exists():
        return
    with path.open("r", encoding="utf-8") as lock:
        if lock.read() == str(os.getpid()):
            return
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _busy(lock) from None


def _busy(lock) -> WarehouseBusy:
    lock.seek(0)
    return WarehouseBusy(
        f"A person is being erased by another process: {named_process(lock.read())}.",
        "Wait for it to end, then try again.",
    )


def _path(settings: Settings):
    return settings.warehouse_folder / ".erasing.lock"
