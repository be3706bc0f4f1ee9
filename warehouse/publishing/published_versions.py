"""Where published versions lie, which one is live, and how it is switched.

    published/clientele.duckdb → current/clientele.duckdb      what readers open
    published/parquet          → current/parquet               the same tables for other tools
    published/page.html        → current/page.html             its pictures on one page
    published/current          → versions/<version>            the one link that decides what is live
    published/versions/<version>/clientele.duckdb, parquet/<schema>/<table>.parquet, reference.duckdb

Everything of a version is on the disk before the link is renamed, and the rename is one step: so a reader, or a
crash, finds the former version or the new one.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from warehouse.base.connections import DATABASE, PARQUET, open_version
from warehouse.base.durable_files import flush_folder, link_durably, staged_name
from warehouse.base.errors import WarehouseBusy, WarehouseUnreadable
from warehouse.base.locks import held_alone
from warehouse.base.permissions import make_open_folder, open_to_readers
from warehouse.base.settings import Settings
from warehouse.publishing.publication_history import History

_CURRENT = "current"
PAGE = "page.html"  # of a version, which dashboard.version_page draws after the publication

_log = logging.getLogger(__name__)


def versions_folder(settings: Settings) -> Path:
    """One folder for each version that is kept."""
    return settings.published_folder / "versions"


def folder_of(settings: Settings, version: str) -> Path:
    """The folder of a version, whether it is kept or not."""
    return versions_folder(settings) / version


def unfinished_folder(settings: Settings, version: str) -> Path:
    """Where a version is made until it is whole; names with a dot are removed by the next publication."""
    return versions_folder(settings) / f".{version}.partial"


def live_version(settings: Settings) -> str | None:
    """The version that readers see, or None before the first publication."""
    link = settings.published_folder / _CURRENT
    return link.readlink().name if link.is_symlink() else None


def is_kept(settings: Settings, version: str) -> bool:
    """Whether the version can be put back."""
    return (folder_of(settings, version) / DATABASE).is_file()


def is_readable(settings: Settings, version: str) -> bool:
    """Whether the version can be opened at all; that each of its blocks is sound shows where all are read."""
    try:
        with open_version(folder_of(settings, version), settings) as connection:
            connection.execute("select count(*) from duckdb_tables()").fetchall()
    except (duckdb.Error, WarehouseUnreadable):
        return False
    return True


def switch_to(settings: Settings, version: str) -> None:
    """Make a version live, in one step for the DuckDB file and the Parquet files."""
    link_durably(settings.published_folder / _CURRENT, f"{versions_folder(settings).name}/{version}")
    point_entries(settings)


def point_entries(settings: Settings) -> None:
    """See that the names that readers open lead to the live version."""
    for name in (DATABASE, PARQUET, PAGE):
        entry = settings.published_folder / name
        if not entry.is_symlink():
            link_durably(entry, f"{_CURRENT}/{name}")


def prune(settings: Settings, history: History) -> list[str]:
    """Remove damaged versions and the oldest ones, and return their names.

    Kept are the newest ``published_versions_kept``, the live one, and the one that was live before it: somebody may
    be opening it at this moment. Versions that the history does not know count as older than all that it knows.
    """
    live = live_version(settings)
    published = [run.published_version for run in history.published if is_kept(settings, run.published_version)]
    found = sorted(folder.name for folder in versions_folder(settings).glob("[!.]*/"))
    unknown = [version for version in found if version not in published]
    damaged = [version for version in found if version != live and not is_readable(settings, version)]
    for version in damaged:
        _log.warning("The published version %s is damaged; it is removed.", version)
    ordered = [version for version in (*unknown, *published) if version not in damaged]
    kept = {*ordered[-settings.published_versions_kept :], live}
    kept |= {event.former_version for event in history.events[-1:]}
    removed = damaged + [version for version in ordered if version not in kept]
    for version in removed:
        remove_version(settings, version)
    return removed


def remove_version(settings: Settings, version: str) -> None:
    """Remove a version that is not live: out of sight in one step, then for good."""
    folder = folder_of(settings, version)
    if folder.exists():
        gone = folder.with_name(f".{version}.removed")
        folder.rename(gone)
        flush_folder(gone.parent)
        shutil.rmtree(gone)


def remove_unfinished(settings: Settings) -> None:
    """Remove what a killed publication, rollback or removal left: the names with a dot. Called under the lock."""
    for left in list(versions_folder(settings).rglob(".*")):
        shutil.rmtree(left, ignore_errors=True) if left.is_dir() else left.unlink(missing_ok=True)
    for name in (_CURRENT, DATABASE, PARQUET, PAGE):
        staged_name(settings.published_folder / name).unlink(missing_ok=True)


def adopt_single_files(settings: Settings) -> None:
    """Give versions that an earlier release kept as single files their folders; the newest one is live."""
    folder = versions_folder(settings)
    found = sorted(folder.glob("clientele-*.duckdb"))
    for file in found:
        version = file.stem.removeprefix("clientele-")
        home = folder_of(settings, version)
        home.mkdir(exist_ok=True)
        file.rename(home / DATABASE)
        open_to_readers(home)
        flush_folder(home)
    if live_version(settings) is None:
        published = settings.published_file
        for home in folder.glob("*/"):
            if published.exists() and (home / DATABASE).exists() and published.samefile(home / DATABASE):
                switch_to(settings, home.name)


@contextmanager
def publication_lock(settings: Settings, patience_seconds: float = 120.0) -> Iterator[None]:
    """Let one process at a time change what is published; the lock ends with the process, however it ends.

    Raises
    ------
    WarehouseBusy
        If another process does not finish in time; the message names it.
    """
    for folder in (settings.published_folder, versions_folder(settings)):
        make_open_folder(folder)
    with held_alone(
        settings.published_folder / ".lock", "Another process is publishing or rolling back", patience_seconds
    ):
        yield


def is_being_changed(settings: Settings) -> bool:
    """Whether a process is publishing or rolling back at this moment."""
    try:
        with publication_lock(settings, patience_seconds=0):
            return False
    except WarehouseBusy:
        return True
