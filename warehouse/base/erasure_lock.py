"""One lock that says: a person is being erased; nobody else opens a build file meanwhile."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from warehouse.base.locks import busy, held_alone
from warehouse.base.settings import Settings

_WORDS = "A person is being erased by another process"


@contextmanager
def erasure_lock(settings: Settings) -> Iterator[None]:
    """Hold the lock; WarehouseBusy if another process is erasing."""
    path = _path(settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    with held_alone(path, _WORDS):
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
            raise busy(lock, _WORDS) from None


def _path(settings: Settings) -> Path:
    return settings.warehouse_folder / ".erasing.lock"
