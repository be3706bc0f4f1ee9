"""Rows of a file that were accepted, kept as they landed: tables that are computed from them see those of all files.

A receipt may begin in one file and end in the next, and a correction may bring the changed lines only. So what each
accepted row landed as is kept in the build file, for kinds of files that `also_give` tables: the newest landing of each
row, in one table of the schema `landed_rows` for each table that rows are of. Reading earlier files again instead would
be slower where they are large, and impossible once they are taken out of the landing folder.
"""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

from warehouse.base.rows import column_types
from warehouse.base.sql_text import quoted
from warehouse.files.csv_header import ROW_NUMBER
from warehouse.loading.judging import JUDGED
from warehouse.loading.load import Load
from warehouse.loading.source_selects import LANDED_ROW_NUMBER
from warehouse.reading.file_reading import LANDED
from warehouse.tables.contract import load_contract
from warehouse.tables.newest_versions import newest_versions

SCHEMA = "landed_rows"
# Columns beside those of the files: key of the contract row, where the row comes from, and its place in the file.
KEY, LOAD_ID, ARRIVAL_NUMBER, PLACE = "__key", "__load_id", "__arrival_number", "__place"
_OWN = {KEY: "varchar", LOAD_ID: "varchar", ARRIVAL_NUMBER: "bigint", PLACE: "bigint"}
_HERE, _FORMER, _GONE = "accepted_here", "accepted_before", "accepted_once"


def keep_accepted(connection: duckdb.DuckDBPyConnection, load: Load) -> None:
    """Keep the accepted rows of a file, just classified, as they landed; older landings of the same rows give way.

    Makes the temporary tables of what `show_touched` shows.
    """
    name = load.file.kind.rows_are
    columns = _landed_columns(connection)
    connection.execute(
        f"create or replace temp table {_HERE} as "
        f"select {', '.join(f'l.{column}' for column in columns)}, {ROW_NUMBER}, {_contract_row(name, 'j.')} "
        f"from {LANDED} as l inner join {JUDGED} as j using ({ROW_NUMBER}) "
        f"where j.outcome <> 'quarantined' and not j.is_superseded order by {ROW_NUMBER}"
    )
    _create(connection, name, columns)
    connection.execute(f"create or replace temp table {_FORMER} as from {_HERE} limit 0")
    connection.execute(f"create or replace temp table {_GONE} as from {_HERE} limit 0")
    if is_kept(connection, name):
        _put_gone_aside(connection, load, name)
        _give_way(connection, load, name)
    connection.execute(
        f"insert into {SCHEMA}.{name} by name select {', '.join(columns)}, "
        f"{key_sql(name, 'contract_row.')} as {KEY}, $load_id as {LOAD_ID}, "
        f"$arrival_number as {ARRIVAL_NUMBER}, {ROW_NUMBER} as {PLACE} from {_HERE}",
        {"load_id": load.load_id, "arrival_number": load.arrival_number},
    )


def show_here(connection: duckdb.DuckDBPyConnection) -> None:
    """Let ``accepted`` be the rows of the file alone."""
    connection.execute(f"create or replace temp view accepted as from {_HERE}")


def show_touched(connection: duckdb.DuckDBPyConnection) -> None:
    """Let ``accepted`` be the rows of the file, what these rows were before, and those that it says are gone."""
    connection.execute(
        f"create or replace temp view accepted as from {_HERE} union all by name from {_FORMER} "
        f"union all by name from {_GONE}"
    )


def show_all(connection: duckdb.DuckDBPyConnection, load: Load, rows: str = "true") -> None:
    """Let ``accepted`` be the newest rows of all files, in order of arrival.

    Parameters
    ----------
    rows
        Condition on rows of raw: only keys with such a row are shown.
    """
    name = load.file.kind.rows_are
    table = load_contract().tables[name]
    key = ", ".join(table.key)
    of_keys = f"(select * from raw.{name} where ({key}) in (select ({key}) from raw.{name} where {rows}))"
    kept = _kept_beside(name, newest_versions(of_keys, table.key))
    connection.execute(f"create or replace temp view accepted as {kept} order by s.{ARRIVAL_NUMBER}, s.{PLACE}")


def is_kept(connection: duckdb.DuckDBPyConnection, name: str, *, besides: str = "") -> bool:
    """Whether rows are kept of a table, besides those of a load."""
    found = connection.execute(f"select 1 from {SCHEMA}.{name} where {LOAD_ID} <> ? limit 1", [besides])
    return bool(found.fetchall())


def forget_landed(connection: duckdb.DuckDBPyConnection, loads: str) -> None:
    """Forget the rows of loads, whose ids stand in a table of one column."""
    found = "select table_name from duckdb_tables() where database_name = current_database() and schema_name = ?"
    for (name,) in connection.execute(found, [SCHEMA]).fetchall():
        connection.execute(f"delete from {SCHEMA}.{name} where {LOAD_ID} in (from {loads})")


def key_sql(name: str, prefix: str) -> str:
    """SQL of the key of a contract row as one text."""
    return one_text(f"{prefix}{column}::varchar" for column in load_contract().tables[name].key)


def one_text(parts: Iterable[str]) -> str:
    """SQL of several texts as one, none of which can be mistaken for others."""
    first, *others = parts
    return f"concat_ws(chr(31), {', '.join([first, *others])})" if others else first


def _put_gone_aside(connection: duckdb.DuckDBPyConnection, load: Load, name: str) -> None:
    """Put aside the rows that the file, by leaving them out, says are gone."""
    gone = _kept_beside(name, f"select * from raw.{name} where _is_gone and _load_id = ?")
    connection.execute(f"create or replace temp table {_GONE} as {gone}", [load.load_id])


def _give_way(connection: duckdb.DuckDBPyConnection, load: Load, name: str) -> None:
    """Take the former landings of the file's rows out, and put them aside."""
    table = load_contract().tables[name]
    of_file = f"select {key_sql(name, 'j.')} from {JUDGED} as j where j.outcome <> 'quarantined'"
    known = (
        f"(select * from raw.{name} where _arrival_number < {load.arrival_number:d} "
        f"and {key_sql(name, '')} in ({of_file}))"
    )
    former = _kept_beside(name, newest_versions(known, table.key))
    connection.execute(f"create or replace temp table {_FORMER} as {former}")
    connection.execute(f"delete from {SCHEMA}.{name} where {KEY} in ({of_file})")


def _kept_beside(name: str, rows: str) -> str:
    """SQL of the kept rows whose keys some rows of raw have, each with the contract row there."""
    return (
        f"select s.* exclude ({', '.join(_OWN)}), s.{PLACE} as {ROW_NUMBER}, {_contract_row(name, 'r.')} "
        f"from {SCHEMA}.{name} as s inner join ({rows}) as r on s.{KEY} = {key_sql(name, 'r.')}"
    )


def _create(connection: duckdb.DuckDBPyConnection, name: str, columns: list[str]) -> None:
    own = ", ".join(f"{column} {sql_type}" for column, sql_type in _OWN.items())
    connection.execute(f"create schema if not exists {SCHEMA}")
    connection.execute(f"create table if not exists {SCHEMA}.{name} ({own})")
    for column in columns:
        connection.execute(f"alter table {SCHEMA}.{name} add column if not exists {column} varchar")


def _landed_columns(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The file's columns, quoted."""
    return [quoted(name) for name in column_types(connection, LANDED) if name not in (ROW_NUMBER, LANDED_ROW_NUMBER)]


def _contract_row(name: str, prefix: str) -> str:
    values = ", ".join(f"{column} := {prefix}{column}" for column in load_contract().tables[name].columns)
    return f"struct_pack({values}) as contract_row"
