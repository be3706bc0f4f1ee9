"""Several states of one key within one file: which of them is the newest."""

from __future__ import annotations

import duckdb

from warehouse.base.errors import LandingError
from warehouse.base.rows import column_types
from warehouse.base.sql_text import quoted
from warehouse.files.csv_header import ROW_NUMBER
from warehouse.loading.load import Load
from warehouse.reading.file_reading import LANDED
from warehouse.tables.contract import Column, Table
from warehouse.values.types import typed_sql

STATES = "row_states"
# What the column that puts states in order is read as, if all its values can be; otherwise it is text.
_ORDERED_TYPES = ("timestamp", "amount")


def rank_states(connection: duckdb.DuckDBPyConnection, load: Load, name: str, table: Table, checked: str) -> None:
    """Make the temporary table `STATES`: rows whose key stands several times, with their rank and the newest state.

    The newest is the row with the highest value in the column that ``newest_by`` of the source names, of equal ones the
    last; without such a column, the last row. A row without a value there is older than any with one.

    Raises
    ------
    LandingError
        If rows of one key differ and the file lacks the column that puts them in order.
    """
    key = ", ".join(table.key)
    compared = ("_row_hash", *table.steady_columns)
    newest = ", ".join(f"first_value({value}) over states as newest_{value}" for value in compared)
    column = load.source.newest_by.get(name) if name == load.file.kind.rows_are else None
    landed_column = _landed_column(connection, column) if column else None
    by_column, joined = "", ""
    if landed_column:
        value = f"{_ordering_value(connection, landed_column, load.source.time_zone)} as _newest_by"
        by_column = "_newest_by desc nulls last, "
        joined = f"left join (select {ROW_NUMBER}, {value} from {LANDED}) as l using ({ROW_NUMBER})"
    connection.execute(f"""
        create or replace temp table {STATES} as
        with several as (
            select {key} from {checked} where _reason is null group by {key} having count(*) > 1
        )
        select {ROW_NUMBER}, row_number() over states as state_rank, {newest}
        from {checked} as c {joined}
        where _reason is null and ({key}) in (select ({key}) from several)
        window states as (partition by {key} order by {by_column}{ROW_NUMBER} desc)
    """)
    if column and not landed_column and _are_different(connection, checked):
        raise LandingError(
            f"{load.file.name}: several rows have the same {key} and differ, and the column {column}, which says "
            f"which of them is the newest (newest_by in {load.source.name}/source.yml), is missing.",
            "Add the column to the export, or take newest_by out, so that the last row counts; nothing was loaded.",
        )


def _landed_column(connection: duckdb.DuckDBPyConnection, name: str) -> str | None:
    """The column of the file as it is written there, quoted; None if it has no such column."""
    return next((quoted(one) for one in column_types(connection, LANDED) if one.lower() == name.lower()), None)


def _ordering_value(connection: duckdb.DuckDBPyConnection, column: str, time_zone: str) -> str:
    text = f"nullif(trim({column}), '')"
    for type_ in _ORDERED_TYPES:
        value = typed_sql(text, Column(type=type_, description=""), time_zone)
        if not connection.execute(
            f"select 1 from {LANDED} where {text} is not null and {value} is null limit 1"
        ).fetchall():
            return value
    return text


def _are_different(connection: duckdb.DuckDBPyConnection, checked: str) -> bool:
    found = connection.execute(
        f"select 1 from {STATES} inner join {checked} using ({ROW_NUMBER}) where _row_hash <> newest__row_hash limit 1"
    )
    return bool(found.fetchall())
