"""Writing files so that they are whole after a crash: flushed to the disk first, then named in one step."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

Secret = TypeVar("Secret")


def flush_file(path: Path) -> None:
    """Wait until the content of a file is on the disk."""
    _flush(path, os.O_RDONLY)


def flush_folder(path: Path) -> None:
    """Wait until the names in a folder (creations, renames, removals) are on the disk."""
    _flush(path, os.O_RDONLY | os.O_DIRECTORY)


def flush_tree(folder: Path) -> None:
    """Wait until everything below a folder is on the disk, the names after what they name."""
    for path in sorted(folder.rglob("*"), reverse=True):
        flush_folder(path) if path.is_dir() else flush_file(path)
    flush_folder(folder)


def rename_durably(path: Path, target: Path) -> None:
    """Give a flushed file or folder its name; readers of the target see the former or the new one."""
    path.replace(target)
    flush_folder(target.parent)


def write_text_durably(path: Path, text: str) -> None:
    """Write a small file: afterwards it holds the former or the new text, whatever happens."""
    write_durably(path, text.encode())


def write_durably(path: Path, content: bytes) -> None:
    """The same for bytes; a file that was there keeps its permissions."""
    staged = staged_name(path)
    staged.write_bytes(content)
    if path.exists():
        staged.chmod(path.stat().st_mode & 0o777)
    flush_file(staged)
    rename_durably(staged, path)


def write_secret(path: Path, text: str) -> None:
    """Write a small file that only its owner may read, unless it is there: of two who write at once, the first wins."""
    staged = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):
        path.hardlink_to(staged)
    staged.unlink()
    flush_folder(path.parent)


def kept_secret(path: Path, read: Callable[[str], Secret], make: Callable[[], str]) -> Secret:
    """What a secret file holds; it is written when it is first needed, and again where it is damaged.

    Parameters
    ----------
    read
        Takes the text; raises ValueError, TypeError or KeyError where that is damaged.
    """
    try:
        return read(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
    except (ValueError, TypeError, KeyError):
        path.unlink()
    write_secret(path, make())
    return read(path.read_text(encoding="utf-8"))


def link_durably(link: Path, target: str) -> None:
    """Make or redirect a symbolic link in one step.

    Parameters
    ----------
    target
        Relative to the link's folder, so that the tree can be moved as a whole.
    """
    staged = staged_name(link)
    staged.unlink(missing_ok=True)
    staged.symlink_to(target)
    rename_durably(staged, link)


def staged_name(path: Path) -> Path:
    """Return the name under which a file is written until it is whole; what a crash leaves is recognised by it."""
    return path.with_name(f".{path.name}.new")


def _flush(path: Path, flags: int) -> None:
    handle = os.open(path, flags)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
