"""The pages of Data Docs as one set: a new set is written beside the one people read, and takes its place in one step.

docs/validations       → .sites/<name>     what people open
docs/.sites/<name>/                        the set in place, and the one before it
"""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from warehouse.base.durable_files import link_durably
from warehouse.base.settings import Settings

_SITES = ".sites"
_UNFINISHED = ".unfinished"


@contextmanager
def renewed_site(settings: Settings) -> Iterator[Path]:
    """Give a copy of the set in place to change; afterwards it is the set in place.

    One process at a time changes the pages. If the change fails, or its process is killed, the former set stays and
    the next change clears up.
    """
    link = settings.data_docs_folder
    sites = link.parent / _SITES
    sites.mkdir(parents=True, exist_ok=True)
    with (link.parent / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        unfinished = sites / _UNFINISHED
        shutil.rmtree(unfinished, ignore_errors=True)
        if link.exists():
            shutil.copytree(link, unfinished)
        unfinished.mkdir(exist_ok=True)
        yield unfinished
        _put_in_place(link, unfinished)


def _put_in_place(link: Path, unfinished: Path) -> None:
    name = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
    former = link.resolve().name if link.is_symlink() else None
    unfinished.rename(unfinished.with_name(name))
    if link.is_dir() and not link.is_symlink():
        # The folder of an earlier release, once: a folder cannot be replaced by a link in one step.
        former = "single-folder"
        link.rename(unfinished.with_name(former))
    link_durably(link, f"{_SITES}/{name}")
    for old in unfinished.parent.iterdir():
        # Somebody may be turning the pages of the former set.
        if old.name not in (name, former):
            shutil.rmtree(old, ignore_errors=True)
