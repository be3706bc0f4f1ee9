"""What comes before every change of the published version: clearing what a killed one left, and the history."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product

import duckdb

from warehouse.base.connections import DATABASE, open_parquet, open_version
from warehouse.base.errors import ClienteleError, PublishError, WarehouseUnreadable
from warehouse.base.machine_faults import is_full_disk
from warehouse.base.settings import Settings
from warehouse.publishing.publication_attempts import left_over, with_failures
from warehouse.publishing.publication_history import History, PublishedRun, read_history
from warehouse.publishing.published_versions import (
    adopt_single_files,
    live_version,
    point_entries,
    remove_unfinished,
    remove_version,
    versions_folder,
)

KEPT_BEFORE = "the former version stays live"

_log = logging.getLogger(__name__)


def recover(settings: Settings) -> tuple[History, list[PublishedRun]]:
    """Clear what killed publications left; to be called by who holds the lock.

    Returns
    -------
    tuple[History, list[PublishedRun]]
        The history of the live file with the failures since, and the notes to forget when a file with it is live.
    """
    with explained_failures(settings, "Clearing up what an earlier publication left"):
        remove_unfinished(settings)
        adopt_single_files(settings)
        history = known_history(settings)
        known = {run.published_version for run in history.published}
        attempts = list(left_over(settings))
        for attempt in attempts:
            # Whole, but never live: nobody may take it for a published version.
            if attempt.published_version not in {*known, live_version(settings)}:
                remove_version(settings, attempt.published_version)
        if live_version(settings):
            point_entries(settings)
    return with_failures(history, attempts), attempts


def known_history(settings: Settings) -> History:
    """The history as the live version has it, in its file or in Parquet; else as the newest that can be read."""
    kept = sorted((file.parent for file in versions_folder(settings).glob(f"[!.]*/{DATABASE}")), reverse=True)
    live = [settings.published_file.resolve().parent] if settings.published_file.exists() else []
    for folder, open_it in product((*live, *kept), (open_version, open_parquet)):
        try:
            with open_it(folder, settings) as connection:
                return read_history(connection)
        except (duckdb.Error, WarehouseUnreadable) as error:
            _log.warning("The history in version %s cannot be read: %s", folder.name, str(error).splitlines()[0])
    return History()


@contextmanager
def explained_failures(settings: Settings, doing: str) -> Iterator[None]:
    """Turn faults of the disk into readable errors.

    Parameters
    ----------
    doing
        What fails, to begin the sentence with: "Publishing …".

    Raises
    ------
    PublishError
        In place of an OSError or an error of DuckDB.
    """
    try:
        yield
    except (OSError, duckdb.Error, WarehouseUnreadable) as error:
        words = str(error.message if isinstance(error, ClienteleError) else error).splitlines()[0]
        if is_full_disk(error):
            free_mib = shutil.disk_usage(settings.published_folder).free >> 20
            raise PublishError(
                f"{doing} failed. The disk of {settings.published_folder} is full ({free_mib:,} MiB free): {words}",
                f"Free some space and try again; {KEPT_BEFORE}.",
            ) from error
        raise PublishError(f"{doing} failed: {words}", f"Mend it and try again; {KEPT_BEFORE}.") from error
