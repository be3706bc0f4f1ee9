"""Landed files of which nothing could be loaded: the next hand-in does not find them in its way.

A refused file stays where it is until somebody mends it there, or hands in something else: then it makes way, into a
hidden folder beside the others. Every load tells that it was not loaded, until a file of its name is handed in, or it
is deleted.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

_FOLDER, _NOTE = ".refused", ".refusal.txt"


def note_refused(folder: Path, name: str, why: str) -> None:
    """Note that nothing of a file in a landing folder was loaded."""
    note = _note(folder, name)
    note.parent.mkdir(parents=True, exist_ok=True)
    note.write_text(why + "\n", encoding="utf-8")


def forget_refused(folder: Path, names: Iterable[str]) -> None:
    """Forget refusals of files that were loaded after all, or handed in again."""
    for name in names:
        _note(folder, name).unlink(missing_ok=True)
        (folder / _FOLDER / name).unlink(missing_ok=True)


def make_way(folder: Path) -> None:
    """Put files that were refused aside; the caller holds the lock of the landing folder."""
    aside = folder / _FOLDER
    for note in sorted(aside.rglob(f"*{_NOTE}")):
        name = note.relative_to(aside).as_posix().removesuffix(_NOTE)
        if (folder / name).is_file():
            (folder / name).replace(aside / name)


def refused_in_words(folder: Path) -> Iterator[str]:
    """Say which files were put aside."""
    aside = folder / _FOLDER
    for path in sorted(path for path in aside.rglob("*") if path.is_file() and not path.name.endswith(_NOTE)):
        yield (
            f"not loaded, for it was refused: {path.relative_to(aside).as_posix()} (it stands in {aside}; hand in the "
            "mended file under its name, or delete it there)"
        )


def delete_refused(folder: Path) -> None:
    """Delete what was put aside: it cannot be searched for a person row by row."""
    shutil.rmtree(folder / _FOLDER, ignore_errors=True)


def _note(folder: Path, name: str) -> Path:
    return folder / _FOLDER / f"{name}{_NOTE}"
