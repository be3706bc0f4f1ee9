"""Roll back: a former version becomes what readers see again, and its own tables say so."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from duckdb import DuckDBPyConnection

from warehouse.base.connections import open_duckdb
from warehouse.base.durable_files import flush_file, flush_folder, flush_tree, rename_durably, staged_name
from warehouse.base.errors import PublishError
from warehouse.base.permissions import open_to_readers
from warehouse.base.settings import Settings
from warehouse.publishing.comments import write_comments
from warehouse.publishing.parquet_export import export_tables, read_everything, tables_of
from warehouse.publishing.publication_attempts import forget
from warehouse.publishing.publication_history import HISTORY_TABLES, History, PublishedRun, write_history
from warehouse.publishing.publication_recovery import explained_failures, recover
from warehouse.publishing.published_versions import (
    DATABASE,
    PARQUET,
    folder_of,
    is_kept,
    live_version,
    prune,
    publication_lock,
    switch_to,
)

NO_REASON = "no reason given"
_HISTORY_PARQUET = [("quality", table) for table in HISTORY_TABLES]


@dataclass(frozen=True)
class RollbackReport:
    """What is live now, and what was."""

    live: PublishedRun
    former_version: str | None

    def in_words(self) -> str:
        """The outcome in one line."""
        return (
            f"Live: version {self.live.published_version} ({self.live.source} as of {self.live.as_of_date}), "
            f"in place of {self.former_version}; {self.live.status_reason}"
        )


def roll_back(settings: Settings, version: str | None, decided_by: str, reason: str = "") -> RollbackReport:
    """Make a former version live again; the next pipeline run publishes as always.

    The version's file is rewritten with the history up to now, beside the old one, before the switch. Killed at
    any moment, the version that was live before or the one asked for is live.

    Parameters
    ----------
    version
        Its name; None for the newest one that is kept and was published before the live one.
    decided_by
        Who wants it; stands in ``quality.pipeline_runs``.

    Raises
    ------
    PublishError
        If there is no such version, it is live already, or it cannot be read; what is live stays.
    WarehouseBusy
        If another process is publishing.
    """
    with publication_lock(settings):
        history, attempts = recover(settings)
        former = live_version(settings)
        chosen = _chosen(settings, history, version, former)
        now = datetime.now(UTC).replace(tzinfo=None)
        history = history.with_rollback(chosen, now, decided_by, reason.strip() or NO_REASON)
        with explained_failures(settings, f"Rolling back to {chosen}"):
            _renew(settings, folder_of(settings, chosen), history)
            switch_to(settings, chosen)
        forget(settings, attempts)
        prune(settings, history)
    return RollbackReport(history.run_of(chosen), former)


def _chosen(settings: Settings, history: History, version: str | None, live: str | None) -> str:
    kept = [run.published_version for run in history.published if is_kept(settings, run.published_version)]
    if version is None:
        position = kept.index(live) if live in kept else len(kept)
        if position == 0:
            raise PublishError("There is no version before the live one.", "`make versions` lists what is kept.")
        return kept[position - 1]
    if version == live:
        raise PublishError(f"Version {version} is live already.", "`make versions` lists the others.")
    if version not in kept:
        raise PublishError(f"There is no version {version}.", "`make versions` lists what is kept.")
    return version


def _renew(settings: Settings, folder: Path, history: History) -> None:
    """Give a version that is not live the history up to now, and its Parquet files if it has none."""
    database, parquet = folder / DATABASE, folder / PARQUET
    staged = staged_name(database)
    try:
        shutil.copyfile(database, staged)
        with open_duckdb(staged, settings, read_only=False) as connection:
            write_history(connection, history)
            write_comments(connection, only=HISTORY_TABLES)
            connection.execute("checkpoint")
        flush_file(staged)
        with open_duckdb(staged, settings, read_only=True) as connection:
            read_everything(connection)
            _renew_parquet(connection, parquet)
        staged.chmod(database.stat().st_mode)
        rename_durably(staged, database)
    finally:
        staged.unlink(missing_ok=True)
    open_to_readers(folder)
    flush_tree(parquet)
    flush_folder(folder)


def _renew_parquet(connection: DuckDBPyConnection, parquet: Path) -> None:
    if parquet.exists():
        export_tables(connection, _HISTORY_PARQUET, parquet)
        return
    unfinished = staged_name(parquet)
    shutil.rmtree(unfinished, ignore_errors=True)
    export_tables(connection, tables_of(connection), unfinished)
    rename_durably(unfinished, parquet)
