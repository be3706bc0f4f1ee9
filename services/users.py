"""Who needs the services of a home: each run as long as it lives, and whoever asked for them to stay up.

The last one who needs them stops them. A run that is killed needs nothing any more: the system lets go of its lock.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from warehouse.base.settings import Settings


@contextmanager
def in_use(settings: Settings) -> Iterator[None]:
    """Need the services for a while; waits while somebody stops them."""
    settings.run_folder.mkdir(parents=True, exist_ok=True)
    with _lock_file(settings).open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        yield


@contextmanager
def unused(settings: Settings) -> Iterator[bool]:
    """Whether nobody needs the services; as long as it is looked at, nobody begins to."""
    with _lock_file(settings).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield not _wish(settings).exists()


def ask_to_stay_up(settings: Settings) -> None:
    """From now on the services stay up until they are taken down."""
    _wish(settings).touch()


def no_longer_stay_up(settings: Settings) -> None:
    """They are taken down, or were not up any more."""
    _wish(settings).unlink(missing_ok=True)


def _lock_file(settings: Settings) -> Path:
    return settings.run_folder / "in-use.lock"


def _wish(settings: Settings) -> Path:
    """There as long as somebody wants the services to stay up."""
    return settings.run_folder / "stay-up"
