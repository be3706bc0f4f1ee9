"""A folder in which other programs put files: what is complete there is landed, once.

A file is complete when its size and time of change stay as they are for a while. Names that begin with a point, or end
as those of unfinished copies do, are not looked at: a file that is renamed when it is whole is never taken too soon.
What was taken stays in the folder, hidden; so does what was refused, with the reason beside it.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from warehouse.base.durable_files import rename_durably, write_text_durably
from warehouse.base.errors import ClienteleError, LandingError
from warehouse.base.locks import held_alone
from warehouse.base.settings import Settings
from warehouse.landing.landing_folder import HandIn, land_named
from warehouse.landing.paths import found_files
from warehouse.source_definitions.folders import Source

LANDED, REFUSED = ".landed", ".refused"
SETTLE_SECONDS = 3.0
_UNFINISHED = (".part", ".partial", ".filepart", ".crdownload", ".tmp", ".temp", ".swp", "~")
_PATIENCE_SECONDS = 600.0

State = tuple[int, int]  # size in bytes, time of change in nanoseconds
Files = Mapping[str, State]


def files_seen(folder: Path) -> dict[str, State]:
    """The files of a folder that may be complete, by name.

    Raises
    ------
    LandingError
        If the folder holds a link that leads out of it, or cannot be read.
    """
    if not folder.is_dir():
        return {}
    seen: dict[str, State] = {}
    for path in found_files(folder):
        if path.name.lower().endswith(_UNFINISHED):
            continue
        try:
            found = path.stat()
        except FileNotFoundError:  # renamed or removed since
            continue
        seen[path.relative_to(folder).as_posix()] = (found.st_size, found.st_mtime_ns)
    return seen


def complete(before: Files, now: Files) -> dict[str, State]:
    """The files that are as they were.

    >>> complete({"a.csv": (10, 1), "b.csv": (10, 1)}, {"a.csv": (10, 1), "b.csv": (20, 2), "c.csv": (5, 3)})
    {'a.csv': (10, 1)}
    """
    return {name: state for name, state in now.items() if before.get(name) == state}


def land_watched(settings: Settings, source: Source, wait: Callable[[float], None] = time.sleep) -> Iterator[str]:
    """Land what is complete in the watched folder of a source; yield what became of it, in words.

    What is complete at the same time is handed in together; if that is refused, each file by itself. A process that is
    killed leaves files where they are: those that were landed already are known by their content.

    Parameters
    ----------
    wait
        Between the two looks that tell what is complete.

    Raises
    ------
    LandingError
        If the folder cannot be read.
    SourceError
        If the source is wrong; all files stay then.
    """
    folder = settings.watched_folder_of(source.name)
    before = files_seen(folder)
    if not before:
        return
    with held_alone(folder / ".lock", f"{folder} is being emptied by another process", _PATIENCE_SECONDS):
        wait(SETTLE_SECONDS)
        found = complete(before, files_seen(folder))
        if not found:
            return
        try:
            yield from _landed(settings, source, folder, found)
        except LandingError as together:
            if len(found) == 1:
                yield _refused(folder, next(iter(found)), together)
                return
            for name, state in found.items():
                try:
                    yield from _landed(settings, source, folder, {name: state})
                except LandingError as refusal:
                    yield _refused(folder, name, refusal)


def forget_taken(settings: Settings, source: str) -> None:
    """Remove what was put aside: copies of what is landed, and what was refused."""
    for name in (LANDED, REFUSED):
        shutil.rmtree(settings.watched_folder_of(source) / name, ignore_errors=True)


def _landed(settings: Settings, source: Source, folder: Path, found: Files) -> Iterator[str]:
    hand_in = land_named(settings, source, [(folder / name, name) for name in sorted(found)], f"in {folder}")
    left = _left_out(hand_in)
    now = files_seen(folder)
    for name, state in found.items():
        if name in left:
            yield _refused(folder, name, LandingError(f"{name} is no data by its name, or ignored by the source."))
        elif now.get(name) == state:  # else somebody wrote on: it is taken again
            _put_aside(folder, name, LANDED)
    yield from hand_in.lines(settings.home)


def _left_out(hand_in: HandIn) -> set[str]:
    return {*hand_in.recognised.ignored, *hand_in.recognised.passed_over}


def _refused(folder: Path, name: str, refusal: ClienteleError) -> str:
    aside = _put_aside(folder, name, REFUSED)
    write_text_durably(aside.with_name(f"{aside.name}.why.txt"), f"{refusal}\n")
    return f"WARNING: {name} was refused and lies in {aside.parent}: {refusal.message}"


def _put_aside(folder: Path, name: str, where: str) -> Path:
    """Move a file into a hidden folder beside it; one of the same name that is there stays."""
    target = folder / where / name
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        target = target.with_name(f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{target.name}")
    rename_durably(folder / name, target)
    return target
