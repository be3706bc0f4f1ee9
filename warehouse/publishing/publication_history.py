"""What was published, rolled back or failed: kept inside each published file, so that it goes live with it.

The history of the live file is carried over into the next one together with what happened since. A reader of a
published file therefore sees its own version, why it is live, and all that was before, without a second file that
could say otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields, replace
from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar

from duckdb import DuckDBPyConnection

from warehouse.base.rows import as_dicts, insert_rows
from warehouse.tables.own_tables import create_own_table, own_tables

LIVE, SUPERSEDED, ROLLED_BACK, FAILED = "live", "superseded", "rolled_back", "failed"
PUBLISHED_EVENT, ROLLBACK_EVENT, FAILED_EVENT = "published", "rolled_back_to", "failed"
HISTORY_TABLES = ("pipeline_runs", "publications")

Row = TypeVar("Row", "PublishedRun", "Publication")


@dataclass(frozen=True)
class PublishedRun:
    """One row of ``quality.pipeline_runs``: a version and what became of it. Times in UTC, without zone."""

    pipeline_run_id: str
    source: str
    as_of_date: date
    published_version: str
    customers: int | None = None
    orders: int | None = None
    net_amount: Decimal | None = None
    rows_read: int | None = None
    rows_quarantined: int | None = None
    published_rows: int | None = None
    published_at: datetime | None = None
    status: str = LIVE
    status_at: datetime | None = None
    status_by: str | None = None
    status_reason: str | None = None


@dataclass(frozen=True)
class Publication:
    """One row of ``quality.publications``: something that happened to the published file."""

    event_number: int
    happened_at: datetime | None
    event: str
    published_version: str
    former_version: str | None
    pipeline_run_id: str | None
    source: str | None
    decided_by: str
    reason: str


@dataclass(frozen=True)
class History:
    """All versions and events, the oldest first. Each ``with_…`` returns a new history."""

    runs: tuple[PublishedRun, ...] = ()
    events: tuple[Publication, ...] = ()

    @property
    def live(self) -> PublishedRun | None:
        """The version in place, if one is."""
        return next((run for run in self.runs if run.status == LIVE), None)

    @property
    def published(self) -> tuple[PublishedRun, ...]:
        """The versions that were live at some time, the oldest first."""
        return tuple(run for run in self.runs if run.status != FAILED)

    def run_of(self, version: str) -> PublishedRun:
        """The version of that name, which was live at some time."""
        return next(run for run in self.published if run.published_version == version)

    def with_published(self, run: PublishedRun) -> History:
        """A new version goes live by decision of whoever its status names; the one before is superseded."""
        decided_by = run.status_by or "pipeline"
        reason = f"published by pipeline run {run.pipeline_run_id}"
        entry = replace(run, status=LIVE, status_at=run.published_at, status_by=decided_by, status_reason=reason)
        replaced = f"replaced by version {run.published_version}"
        rest = tuple(self._demoted(SUPERSEDED, run.published_at, decided_by, replaced))
        event = self._event(run.published_at, PUBLISHED_EVENT, run, by=decided_by, reason=reason)
        return History((*rest, entry), (*self.events, event))

    def with_rollback(self, version: str, at: datetime, decided_by: str, reason: str) -> History:
        """A former version goes live again in place of the live one."""
        back = replace(
            self.run_of(version),
            status=LIVE,
            status_at=at,
            status_by=decided_by,
            status_reason=f"rolled back to by {decided_by}: {reason}",
        )
        demoted = self._demoted(ROLLED_BACK, at, decided_by, f"rolled back to version {version}: {reason}")
        runs = tuple(back if run.published_version == version else run for run in demoted)
        return History(runs, (*self.events, self._event(at, ROLLBACK_EVENT, back, by=decided_by, reason=reason)))

    def with_failure(self, run: PublishedRun) -> History:
        """An attempt that never went live; the live version stays so."""
        by, reason = run.status_by or "unknown", run.status_reason or "unknown"
        return History(
            (*self.runs, run), (*self.events, self._event(run.status_at, FAILED_EVENT, run, by=by, reason=reason))
        )

    def _demoted(self, status: str, at: datetime | None, by: str, reason: str) -> Iterator[PublishedRun]:
        for run in self.runs:
            is_live = run.status == LIVE
            yield replace(run, status=status, status_at=at, status_by=by, status_reason=reason) if is_live else run

    def _event(self, at: datetime | None, event: str, run: PublishedRun, *, by: str, reason: str) -> Publication:
        return Publication(
            event_number=1 + max((one.event_number for one in self.events), default=0),
            happened_at=at,
            event=event,
            published_version=run.published_version,
            former_version=self.live.published_version if self.live else None,
            pipeline_run_id=run.pipeline_run_id,
            source=run.source,
            decided_by=by,
            reason=reason,
        )


def read_history(connection: DuckDBPyConnection) -> History:
    """Read the history out of a published file; of an earlier release's file, what it tells."""
    runs = tuple(_rows(connection, "pipeline_runs", PublishedRun))
    if any(run.status_at for run in runs):
        return History(runs, tuple(_rows(connection, "publications", Publication)))
    history = History()
    for run in sorted(runs, key=lambda one: one.published_version):
        history = history.with_published(run)
    return history


def write_history(connection: DuckDBPyConnection, history: History) -> None:
    """Put the history into a file that is being made, in place of what it holds."""
    tables = {table.name: table for table in own_tables("quality")}
    for name, rows in zip(HISTORY_TABLES, (history.runs, history.events), strict=True):
        connection.execute(f"drop table if exists quality.{name}")
        create_own_table(connection, tables[name])
        insert_rows(connection, f"quality.{name}", map(asdict, rows))


def _rows(connection: DuckDBPyConnection, table: str, kind: type[Row]) -> Iterator[Row]:
    # DuckDB gives rows in the order in which they were put in; rowid, to say so, is not there in Parquet files.
    wanted = {field.name for field in fields(kind)}
    for row in as_dicts(connection.execute(f"select * from quality.{table}")):
        yield kind(**{name: value for name, value in row.items() if name in wanted})
