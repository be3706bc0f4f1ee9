"""Publish: the schemas that readers query, copied into a new version, checked, and put in place in one atomic step."""

from __future__ import annotations

import logging
import shutil
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from warehouse.base.connections import open_duckdb
from warehouse.base.durable_files import flush_tree, rename_durably
from warehouse.base.errors import ClienteleError
from warehouse.base.permissions import open_to_readers
from warehouse.base.settings import Settings
from warehouse.publishing.comments import write_comments
from warehouse.publishing.parquet_export import export_tables, tables_of
from warehouse.publishing.publication_attempts import KILLED, forget, note, note_failure
from warehouse.publishing.publication_history import FAILED, History, PublishedRun, write_history
from warehouse.publishing.publication_recovery import explained_failures, recover
from warehouse.publishing.published_copy import check_copy, copy_schemas
from warehouse.publishing.published_versions import (
    DATABASE,
    PARQUET,
    folder_of,
    prune,
    publication_lock,
    switch_to,
    unfinished_folder,
)
from warehouse.publishing.reference import write_reference

PIPELINE = "pipeline"

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PublishReport:
    """What is live now."""

    path: Path
    version: str
    table_rows: dict[str, int]

    def in_words(self) -> str:
        """What was published, in a sentence."""
        rows = sum(self.table_rows.values())
        return (
            f"Published as version {self.version}: {len(self.table_rows)} tables, {rows:,} rows. People read it from "
            f"now on: {self.path}"
        )


def publish(
    settings: Settings, source: str, as_of_date: date, pipeline_run_id: str, decided_by: str = PIPELINE
) -> PublishReport:
    """Make the build file's marts, scores and quality tables what readers see.

    The build file is only read. Readers of the former version keep it until they close it; nobody sees half of the
    new one. Killed at any moment, the former or the new version is live, and the next publication clears up.

    Raises
    ------
    PublishError
        If a table is missing, its rows do not arrive, or the disk is full; the former version stays live.
    WarehouseBusy
        If another process holds the build file, or is publishing.
    """
    with publication_lock(settings):
        history, attempts = recover(settings)
        started_at = datetime.now(UTC).replace(tzinfo=None)
        version = f"{started_at:%Y%m%dT%H%M%S%f}-{source}"
        attempt = PublishedRun(pipeline_run_id, source, as_of_date, version)
        attempt = replace(attempt, status=FAILED, status_at=started_at, status_by=decided_by, status_reason=KILLED)
        try:
            with explained_failures(settings, f"Publishing {source}"):
                note(settings, attempt)
                table_rows, history = _make_version(settings, attempt, history)
                switch_to(settings, version)
        except BaseException as error:
            shutil.rmtree(unfinished_folder(settings, version), ignore_errors=True)
            note_failure(settings, attempt, error.message if isinstance(error, ClienteleError) else repr(error))
            raise
        _clear_up(settings, history, [*attempts, attempt])
    return PublishReport(settings.published_file, version, table_rows)


def _make_version(settings: Settings, attempt: PublishedRun, history: History) -> tuple[dict[str, int], History]:
    """Write a whole version to the disk, under its name but not live."""
    unfinished = unfinished_folder(settings, attempt.published_version)
    unfinished.mkdir()
    database = unfinished / DATABASE
    with open_duckdb(database, settings, read_only=False) as connection:
        table_rows, run = copy_schemas(connection, settings, attempt)
        history = history.with_published(run)
        write_history(connection, history)
        write_comments(connection)
        connection.execute("checkpoint")
    with open_duckdb(database, settings, read_only=True) as connection:
        check_copy(connection, table_rows)
        export_tables(connection, tables_of(connection), unfinished / PARQUET)
    write_reference(settings, attempt.source, unfinished)
    open_to_readers(unfinished)
    flush_tree(unfinished)
    rename_durably(unfinished, folder_of(settings, attempt.published_version))
    return table_rows, history


def _clear_up(settings: Settings, history: History, attempts: list[PublishedRun]) -> None:
    """The version is live: a fault from here on is no failure of the publication, and the next one clears up."""
    try:
        forget(settings, attempts)
        prune(settings, history)
    except OSError:
        _log.exception("Old versions could not be removed")
