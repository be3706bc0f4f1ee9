"""Selecting all audiences of a source as of a date: members, sizes and overlap, written in one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date

import duckdb
import pyarrow as pa

from warehouse.audiences.choice import MATCHED, MEMBERS, OVERVIEW, choose
from warehouse.audiences.declaration import Audience
from warehouse.audiences.effects import measure_effects
from warehouse.audiences.folder import Problem, declared_audiences
from warehouse.audiences.hold_out import hold_out_salt
from warehouse.audiences.matching import who_matches
from warehouse.audiences.overlap import write_overlap
from warehouse.audiences.sandbox import built_date
from warehouse.audiences.selection import FAILED, SELECTED, Selection
from warehouse.base.build_file import BuildFile
from warehouse.base.connections import one_row
from warehouse.base.errors import AudienceError
from warehouse.base.rows import insert_rows
from warehouse.base.settings import Settings
from warehouse.base.transactions import transaction
from warehouse.tables.own_tables import create_own_tables

_PAST = "Audiences of {} stand; as of {}, an earlier date, nobody is chosen: nobody could be contacted then."


def select_audiences(settings: Settings, source: str, as_of_date: date, *, write: bool = True) -> Selection:
    """Select the members of every audience that is declared for a source.

    Members of the same date are replaced, those of other dates kept. A date before the newest one selected is left
    alone: nobody was contacted by a list that is made up afterwards.

    Parameters
    ----------
    write
        Whether the selection stands; else it is only counted.

    Raises
    ------
    WarehouseMissing, WarehouseBusy
        If there is no build file, or another process holds it.
    AudienceError
        If customer_360 stands as of another date, or the salt of the hold-outs is not the one known.
    """
    declared = declared_audiences(settings, source)
    build_file = BuildFile(settings, source)
    with build_file.opened(read_only=True) as connection:
        _refuse_other_date(connection, as_of_date)
        newest = newest_selection(connection)
    if newest is not None and newest > as_of_date:
        return Selection(source, as_of_date, problems=declared.problems, skipped=_PAST.format(newest, as_of_date))
    matched, problems = who_matches(settings, source, declared.audiences)
    with build_file.opened() as connection, _written(connection, stands=write):
        salt = hold_out_salt(settings, source, connection)
        create_own_tables(connection, "pii")
        create_own_tables(connection, "marts")
        counts = _choose_all(connection, declared.audiences, as_of_date, matched, salt)
        _write_overview(connection, declared.audiences, as_of_date, counts, problems)
        write_overlap(connection, as_of_date)
        connection.execute(f"drop table {MATCHED}")
        _refuse_members_without_consent(connection, as_of_date, counts)
        measured = measure_effects(connection, as_of_date)
    return Selection(source, as_of_date, counts, (*declared.problems, *problems.values()), measured_count=measured)


def newest_selection(connection: duckdb.DuckDBPyConnection) -> date | None:
    """The newest date for which audiences were selected; None before the first."""
    if not connection.execute(
        "select 1 from duckdb_tables() where schema_name = 'marts' and table_name = 'audience_overview'"
    ).fetchone():
        return None
    return one_row(connection, f"select max(as_of_date) from {OVERVIEW}")[0]


def _refuse_other_date(connection: duckdb.DuckDBPyConnection, as_of_date: date) -> None:
    try:
        built = built_date(connection)
    except (duckdb.CatalogException, duckdb.BinderException):
        built = None
    if built != as_of_date:
        found = f"stands as of {built}" if built else "is not there, or is empty"
        raise AudienceError(
            f"Audiences as of {as_of_date} cannot be selected: customer_360 {found}.",
            "Run score_customers for the date, or python -m warehouse activate.",
        )


def _choose_all(
    connection: duckdb.DuckDBPyConnection,
    audiences: tuple[Audience, ...],
    as_of_date: date,
    matched: Mapping[str, pa.Table],
    salt: str,
) -> dict[str, Mapping[str, int]]:
    """The members of each audience whose condition could be run; those of the same date go first."""
    connection.execute(f"create or replace temp table {MATCHED} (audience_name varchar, customer_id varchar)")
    connection.execute(
        f"delete from {MEMBERS} where as_of_date = ? and list_contains(?, audience_name)", [as_of_date, list(matched)]
    )
    return {
        audience.name: choose(connection, audience, as_of_date, matched[audience.name], salt)
        for audience in audiences
        if audience.name in matched
    }


def _write_overview(
    connection: duckdb.DuckDBPyConnection,
    audiences: tuple[Audience, ...],
    as_of_date: date,
    counts: Mapping[str, Mapping[str, int]],
    problems: Mapping[str, Problem],
) -> None:
    names = [audience.name for audience in audiences]
    connection.execute(
        f"delete from {OVERVIEW} where as_of_date = ? and list_contains(?, audience_name)", [as_of_date, names]
    )
    rows = [
        {
            "audience_name": audience.name,
            "as_of_date": as_of_date,
            "status": FAILED if audience.name in problems else SELECTED,
            "reason": problems[audience.name].in_words() if audience.name in problems else None,
            "description": audience.description,
            "owner": audience.owner,
            "channel": audience.channel,
            "condition": audience.condition,
            "hold_out_share": audience.hold_out_share,
            **counts.get(audience.name, {}),
        }
        for audience in audiences
    ]
    insert_rows(connection, OVERVIEW, rows)


def _refuse_members_without_consent(
    connection: duckdb.DuckDBPyConnection, as_of_date: date, counts: Mapping[str, Mapping[str, int]]
) -> None:
    """Consent was asked for when members were chosen; asked again of what was written, nothing is left to chance."""
    [found] = one_row(
        connection,
        f"select count(*) from {MEMBERS} left join marts.customer_360 as customers using (customer_id) "
        f"where {MEMBERS.rpartition('.')[2]}.as_of_date = ? and list_contains(?, audience_name) "
        "and not coalesce(customers.may_be_contacted, false)",
        [as_of_date, list(counts)],
    )
    if found:
        raise AudienceError(f"{found:,} members may not be contacted; nothing was written.", "Report this fault.")


@contextmanager
def _written(connection: duckdb.DuckDBPyConnection, *, stands: bool) -> Iterator[None]:
    """All of it or nothing; nothing, too, where it is only to be counted."""
    if stands:
        with transaction(connection):
            yield
        return
    connection.begin()
    try:
        yield
    finally:
        connection.rollback()
