"""Published versions that are damaged: found before a person is erased, for nobody can be erased from them."""

from __future__ import annotations

import logging
from pathlib import Path

import duckdb

from warehouse.base.connections import DATABASE, open_duckdb
from warehouse.base.errors import PublishError, WarehouseBusy, WarehouseUnreadable
from warehouse.base.settings import Settings
from warehouse.publishing.parquet_export import read_everything
from warehouse.publishing.published_versions import live_version, publication_lock, remove_version, versions_folder

_log = logging.getLogger(__name__)


def damaged_versions(settings: Settings, source: str) -> list[str]:
    """Versions of the source that cannot be read from end to end; none of them is live.

    Raises
    ------
    PublishError
        If the live one is damaged: it holds people, and nothing sound would be left for the readers.
    """
    damaged = [folder.name for folder in versions_of(settings, source) if not _is_sound(folder, settings)]
    if live_version(settings) in damaged:
        raise PublishError(
            f"The published version that is live, {live_version(settings)}, is damaged: nobody can be erased from it. "
            "Nothing was erased.",
            "Publish anew (make run) or go back to a sound version (make rollback), then run erase again: the damaged "
            "one is removed then.",
        )
    return damaged


def remove_damaged(settings: Settings, versions: list[str]) -> None:
    """Remove versions that nobody can read: what is in them goes with them."""
    if versions:
        with publication_lock(settings):
            for version in versions:
                if version != live_version(settings):
                    remove_version(settings, version)
                    _log.warning(
                        "The published version %s was damaged; it is removed with all that was in it.", version
                    )


def versions_of(settings: Settings, source: str) -> list[Path]:
    """Folders of the source's versions."""
    return sorted(folder for folder in versions_folder(settings).glob(f"[!.]*-{source}") if folder.is_dir())


def _is_sound(folder: Path, settings: Settings) -> bool:
    """Whether every block can be read: a file may be opened whose tables are damaged."""
    try:
        with open_duckdb(folder / DATABASE, settings, read_only=True) as connection:
            read_everything(connection)
    except WarehouseBusy:
        return True  # somebody who opened it to write keeps others out; it is copied without opening it
    except (duckdb.Error, WarehouseUnreadable, OSError):
        return False
    return True
