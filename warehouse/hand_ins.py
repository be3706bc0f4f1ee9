"""Files handed in together, put into a landing folder whole or not at all, whenever the process is killed.

They are copied into a hidden folder first. Once that is complete, it gets another name, which is the moment of
landing: from then on they are landed, and whoever looks into the landing folder next finishes putting them in place.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from warehouse.durable_files import flush_folder, flush_tree, rename_durably
from warehouse.file_digests import file_sha256
from warehouse.landing_paths import copy_in, refuse_outside

_INCOMPLETE, _COMPLETE = ".incoming-", ".landed-"


def land_together(folder: Path, given: Sequence[tuple[Path, str]]) -> list[Path]:
    """Copy files into a landing folder; what stands there already with the same content is not copied again.

    A file whose name is taken by other content is kept beside it under a name of its own, so nothing is lost.

    Parameters
    ----------
    given
        Each file, and its name relative to the landing folder.

    Returns
    -------
    list[Path]
        Where the files stand now, in the same order.

    Raises
    ------
    LandingError
        If a file cannot be copied, or a link would lead it out of the folder; then none is landed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _locked(folder):
        _finish(folder)
        targets = [_target(path, folder / name, folder) for path, name in given]
        staged = folder / f"{_INCOMPLETE}{uuid.uuid4().hex}"
        staged.mkdir()
        try:
            for (path, _), target in zip(given, targets, strict=True):
                if not target.exists():
                    copy_in(path, staged / target.relative_to(folder), staged)
            flush_tree(staged)
        except BaseException:
            shutil.rmtree(staged)
            raise
        rename_durably(staged, folder / staged.name.replace(_INCOMPLETE, _COMPLETE))
        _finish(folder)
    return targets


def finish_landing(folder: Path) -> None:
    """Put in place what was landed, and take away what was not, when a process was killed."""
    if folder.is_dir():
        with _locked(folder):
            _finish(folder)


def _target(path: Path, target: Path, folder: Path) -> Path:
    """The place of a file that is handed in: its own name, or beside other content of that name."""
    refuse_outside(target, folder, str(target))
    if not target.exists():
        return target
    digest = file_sha256(path)
    if file_sha256(target) == digest:
        return target
    stem, dot, suffix = target.name.partition(".")
    return target.with_name(f"{stem}--{digest[:8]}{dot}{suffix}")


def _finish(folder: Path) -> None:
    for left in sorted(folder.glob(f"{_INCOMPLETE}*")):
        shutil.rmtree(left)
    for landed in sorted(folder.glob(f"{_COMPLETE}*")):
        for path in sorted(path for path in landed.rglob("*") if path.is_file()):
            target = folder / path.relative_to(landed)
            refuse_outside(target, folder, str(target))
            target.parent.mkdir(parents=True, exist_ok=True)
            rename_durably(path, target)
        shutil.rmtree(landed)
    flush_folder(folder)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One process at a time; the lock ends with the process, however that ends."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
