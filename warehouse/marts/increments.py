"""What a build of the marts has to rebuild: the orders and customers that changed since the last one, or everything.

A build absorbs loads of raw rows as of a date. The next one rebuilds what those loads could not know: what stands in
newer loads, and what lies between the two dates (an order, a cancellation). Changes are kept until a build has ended
well, so that one that was killed half-way is made up for by the next. `dbt_project/macros/increments.sql` reads them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from warehouse.base.connections import one_row, open_build_file
from warehouse.base.definitions import DBT_PROJECT
from warehouse.base.settings import Settings
from warehouse.base.transactions import transaction
from warehouse.marts import customer_documents, takebacks
from warehouse.marts.changed_rows import MERGES, find_changes, find_pending_loads
from warehouse.source_definitions.in_build_file import (
    SourceDefinitions,
    read_source_definitions,
    write_source_definitions,
)
from warehouse.tables.build_state import BUILD_STATE, PENDING, clear_builds
from warehouse.tables.own_tables import create_own_tables


@dataclass(frozen=True)
class Increment:
    """How the marts are to be built, and why."""

    is_full: bool
    reason: str

    @property
    def dbt_arguments(self) -> tuple[str, ...]:
        return ("--full-refresh",) if self.is_full else ()


@contextmanager
def mart_build(
    settings: Settings,
    source: str,
    as_of_date: date,
    *,
    variables: Mapping[str, object] | None = None,
    full: bool = False,
) -> Iterator[Increment]:
    """Settle what to build before dbt runs, and record that it was built when the block ends without an error.

    The build file is closed while the block runs.

    Parameters
    ----------
    variables
        Vars of dbt_project.yml that are set otherwise for this build.
    full
        Build everything, whatever is known.
    """
    of_source = read_source_definitions(settings, source)
    definitions = definitions_of_build(of_source, settings.engine, variables)
    with open_build_file(settings, source) as connection:
        write_source_definitions(connection, of_source)
        increment = begin(connection, as_of_date, definitions, full=full)
    yield increment
    with open_build_file(settings, source) as connection:
        complete(connection)


def begin(
    connection: duckdb.DuckDBPyConnection, as_of_date: date, definitions: str, *, full: bool = False
) -> Increment:
    """Write down what changed, in one transaction."""
    with transaction(connection):
        connection.execute(BUILD_STATE)
        # of earlier releases
        connection.execute("alter table state.mart_builds drop column if exists is_full")
        connection.execute("alter table state.built_snapshots add column if not exists sampled_below varchar")
        create_own_tables(connection, "pii")
        reason = "asked for" if full else _why_full(connection, definitions)
        if reason:
            clear_builds(connection)
        connection.execute(
            "insert into state.mart_builds values (?, ?, ?, null)",
            [definitions, as_of_date, datetime.now(UTC).replace(tzinfo=None)],
        )
        find_pending_loads(connection)
        if not reason:
            find_changes(connection)
    if reason:
        return Increment(True, f"everything is built: {reason}")
    orders, customers = (_count(connection, f"state.changed_{what}") for what in ("orders", "customers"))
    return Increment(False, f"{orders:,} orders and {customers:,} customers changed since the last build")


def complete(connection: duckdb.DuckDBPyConnection) -> None:
    """Record that the build has ended well: nothing is pending any more."""
    with transaction(connection):
        connection.execute("insert into state.absorbed_loads select load_id from state.pending_loads")
        for table in (*PENDING, "built_identities", "built_snapshots"):
            connection.execute(f"delete from state.{table}")
        connection.execute(f"insert into state.built_identities {MERGES}")
        connection.execute(
            "insert into state.built_snapshots by name "
            "select as_of_date, sampled_below from intermediate.int_snapshot_dates"
        )
        connection.execute(
            "delete from state.mart_builds where began_at < (select max(began_at) from state.mart_builds)"
        )
        connection.execute("update state.mart_builds set completed_at = ?", [datetime.now(UTC).replace(tzinfo=None)])


def definitions_of_build(
    of_source: SourceDefinitions, engine: str, variables: Mapping[str, object] | None = None
) -> str:
    """`definitions_sha256` of a source's build. DuckDB adds nothing to what Spark made: sums there have other types."""
    return definitions_sha256({**(variables or {}), "source": of_source.as_dict(), "engine": engine})


def built_as_of(connection: duckdb.DuckDBPyConnection, definitions: str) -> date | None:
    """The date of the last build, if it is complete and was made by these definitions."""
    connection.execute(BUILD_STATE)
    return one_row(
        connection,
        "select max(as_of_date) from state.mart_builds where completed_at is not null and definitions_sha256 = ?",
        [definitions],
    )[0]


def definitions_sha256(variables: Mapping[str, object], project: Path = DBT_PROJECT) -> str:
    """One name for all that the marts are made by: models, macros, seeds, vars, source. Another name, other marts."""
    digest = hashlib.sha256(json.dumps(variables, sort_keys=True).encode())
    for file in sorted(file for pattern in ("*.sql", "*.py", "*.yml", "*.csv") for file in project.rglob(pattern)):
        digest.update(file.relative_to(project).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    for module in (customer_documents, takebacks):  # a model calls them
        digest.update(Path(module.__file__).read_bytes())
    return digest.hexdigest()


def _why_full(connection: duckdb.DuckDBPyConnection, definitions: str) -> str:
    """The reason why an increment will not do, or nothing."""
    builds = connection.execute(
        "select definitions_sha256, completed_at is not null from state.mart_builds order by began_at"
    ).fetchall()
    if not any(completed for _, completed in builds):
        return "there is no complete build to add to"
    if any(made_by != definitions for made_by, _ in builds):
        return "the models, seeds, definitions or the source's settings are other ones"
    if _currency_may_change(connection):
        return "there are several currencies, and source.yml does not say which is the reporting currency"
    return ""


def _currency_may_change(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether new orders can make another currency that of most orders."""
    declared = one_row(connection, "select max(reporting_currency) from state.source_settings")[0]
    currencies = one_row(connection, "select count(distinct upper(trim(currency))) from raw.orders")[0]
    return declared is None and currencies > 1


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    return one_row(connection, f"select count(distinct columns(*)) from {table}")[0]
