"""Atomic decisions about who serves: the rows are written before MLflow's registry is updated.

The build file and MLflow cannot be written in one transaction. So the rows are written to the build file first and, in
the same transaction, the pending change of the registry to the schema `state`. Then the registry is updated and the
pending change deleted. After an interruption the next training, scoring, answer or rollback applies it first.
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
    """Write a decision and update the registry.

    Parameters
    ----------
    rows
        At least one row of this run.
    write_beside
        Writes other rows of the decision, in tables of `quality`, in the same transaction.

    Raises
    ------
    WarehouseBusy
        If another process uses the build file; then nothing was changed.
    ClienteleError
        If MLflow does not answer; the rows are written, and the registry is updated the next time.
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
    """Apply the pending changes of the registry, and return the pipeline runs of their decisions."""
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
    """Return the decision of an interrupted attempt of the same run; None without one.

    A run without an id (from the shell) has such a decision if one was written whose registry change is pending.
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
    """Pending changes with their pipeline runs; empty before the first decision."""
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
