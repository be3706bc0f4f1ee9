"""Who may read what is written: the home's folders are their owner's alone, what is published is open to readers.

Where the home is created, others can pass through it to what is published and cannot look into it.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from warehouse.base.settings import Settings

# Everything but what is published; a folder that is a link leads to a place whose owner decides.
PRIVATE_FOLDERS = (
    "airflow",
    "arriving",
    "audiences",
    "backtest",
    "benchmark",
    "cache",
    "dbt",
    "docs",
    "landing",
    "logs",
    "matplotlib",
    "mlflow",
    "privacy",
    "run",
    "shared",
    "sources",
    "spark",
    "tmp",
    "truth",
    "warehouse",
)
OWNER_ALONE = 0o077  # as a umask
_PRIVATE, _PASSABLE, _OPEN, _READ_ONLY = 0o700, 0o711, 0o755, 0o444
_OTHERS = 0o077


def keep_private(settings: Settings) -> None:
    """Make the home if it is missing, and close the folders that an earlier release left open."""
    with suppress(OSError):  # reported by whatever is to be written there
        if not settings.home.exists():
            settings.home.mkdir(parents=True)
            settings.home.chmod(_PASSABLE)
    for name in PRIVATE_FOLDERS:
        folder = settings.home / name
        with suppress(OSError):  # another one's folder
            if not folder.is_symlink() and folder.stat().st_mode & _OTHERS:
                folder.chmod(_PRIVATE)


def make_open_folder(folder: Path) -> None:
    """Make a folder in which others may look around; their own rights inside of it are none but to read."""
    folder.mkdir(parents=True, exist_ok=True)
    with suppress(PermissionError):
        if folder.stat().st_mode & 0o777 != _OPEN:
            folder.chmod(_OPEN)


def open_to_readers(folder: Path) -> None:
    """Let everybody read what is in a folder, and nobody write into its files: whole files take their place."""
    folder.chmod(_OPEN)
    for path in folder.rglob("*"):
        path.chmod(_OPEN if path.is_dir() else _READ_ONLY)
