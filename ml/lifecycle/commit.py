"""A decision about who serves, whole or not at all: its rows stand before the registry follows them.

The build file and MLflow cannot be written in one step. So the rows go into the build file first, and in the same
transaction, in the schema `state`, what the registry has to be changed to. Then the registry is changed and the note
goes. Where that is interrupted, the next training, scoring, answer or roll-back carries the note out before it looks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress

import duckdb

from ml.competition.states import State
from ml.jobs.run import JobOfSource, JobRun
from ml.lifecycle.decisions import DecisionRow, decisions_about, insert_decision
from ml.tracking import RegistryChange, apply_change
from warehouse.base.errors import WarehouseMissing
from warehouse.base.transactions import transaction
from warehouse.tables.quality_tables import create_quality_tables

_STATE = """
create schema if not exists state;
create table if not exists state.pending_registry_changes (
    job varchar not null, source varchar not null, pipeline_run_id varchar, change varchar not null
)
"""

WriteBeside = Callable[[duckdb.DuckDBPyConnection], None]


def commit_decision(
    run: JobRun, rows: Sequence[DecisionRow], change: RegistryChange, *, write_beside: WriteBeside | None = None
) -> None:
    """Write a decision down and let the registry follow it.

    Parameters
    ----------
    rows
        Of this run; at least one.
    write_beside
        Writes what belongs to the decision in other tables of `quality`, in the same transaction.

    Raises
    ------
    WarehouseBusy
        If another process holds the build file; nothing was changed then.
    ClienteleError
        If MLflow does not answer; the rows stand, and the registry follows the next time.
    """
    with run.file.opened() as connection:
        create_quality_tables(connection)
        connection.execute(_STATE)
        with transaction(connection):
            for row in rows:
                insert_decision(connection, row)
            if write_beside is not None:
                write_beside(connection)
            connection.execute(
                "insert into state.pending_registry_changes values (?, ?, ?, ?)",
                [run.job.name, run.source, run.pipeline_run_id, change.as_text()],
            )
        finish_commit(run)


def finish_commit(known: JobOfSource) -> list[str | None]:
    """Let the registry follow what was decided before, and return the pipeline runs that had decided it."""
    pending = _pending(known)
    if not pending:
        return []
    for _, change in pending:
        apply_change(known.server, change)
    with known.file.opened() as connection:
        connection.execute(
            "delete from state.pending_registry_changes where job = ? and source = ?", [known.job.name, known.source]
        )
    return [run for run, _ in pending]


def committed_before(run: JobRun, kinds: Sequence[State]) -> DecisionRow | None:
    """Return what this very run has decided in an attempt that was interrupted; None when it has not.

    A run without an id (from the shell) has decided before if its decision was written and the registry had not yet
    followed.
    """
    finished = finish_commit(run)
    if run.pipeline_run_id is None and None not in finished:
        return None
    own = [
        row
        for row in decisions_about(run)
        if row.pipeline_run_id == run.pipeline_run_id and row.as_of_date == run.as_of_date
    ]
    return own[-1] if own and own[-1].decision in kinds else None


def _pending(known: JobOfSource) -> list[tuple[str | None, RegistryChange]]:
    """Notes that were not carried out; none where nothing was ever decided."""
    with (
        suppress(duckdb.CatalogException, WarehouseMissing),
        known.file.opened(read_only=True) as connection,
    ):
        rows = connection.execute(
            "select pipeline_run_id, change from state.pending_registry_changes where job = ? and source = ? "
            "order by rowid",
            [known.job.name, known.source],
        ).fetchall()
        return [(run, RegistryChange.from_text(change)) for run, change in rows]
    return []
