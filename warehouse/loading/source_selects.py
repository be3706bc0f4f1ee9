"""A source's SELECTs, run on one landed file: the temporary table ``mapped``, and whether every row came out of it."""

from __future__ import annotations

import duckdb

from warehouse.base.connections import one_row
from warehouse.base.errors import SourceError
from warehouse.base.rows import column_types
from warehouse.files.csv_header import ROW_NUMBER
from warehouse.loading.load import Load
from warehouse.reading.file_reading import LANDED
from warehouse.source_definitions.select_reads import NEWEST, reading_newest, tables_read
from warehouse.tables.contract import load_contract
from warehouse.tables.newest_versions import newest_versions

LANDED_ROW_NUMBER = "_landed_row_number"  # in `landed`, where one landed row gave several


def map_landed(connection: duckdb.DuckDBPyConnection, load: Load) -> None:
    """Make ``mapped`` from ``landed`` by the SELECT of what the rows are.

    Where it gives several rows for one landed row, ``landed`` has a row for each of them afterwards; both count them in
    ``_row_number``, and the number in the file stands in ``_landed_row_number``.

    Raises
    ------
    SourceError
        If the SELECT fails, gives columns that the contract lacks, or gives no row for a landed one.
    """
    table = load.file.kind.rows_are
    _run(connection, load, table, load.source.mapping_sql(table))
    columns = _checked_columns(connection, load, table)
    if ROW_NUMBER not in columns:
        raise SourceError(
            f"{load.source.name}/{table}.sql does not give {ROW_NUMBER}.",
            "Take it over from `landed`: it says which row of the file each row comes from.",
        )
    _check_rows(connection, load, table)
    if _count(connection, "mapped") > _count(connection, LANDED):
        _spread(connection)


def map_accepted(connection: duckdb.DuckDBPyConnection, load: Load, table: str) -> None:
    """Make ``mapped`` from ``accepted`` by the SELECT of a table that is computed; its rows are numbered as they come.

    Raises
    ------
    SourceError
        If the SELECT fails or gives columns that the contract lacks.
    """
    given = f"select * from ({load.source.mapping_sql(table)})"
    _run(connection, load, table, f"select columns(name -> name <> '{ROW_NUMBER}') from ({given})")
    _checked_columns(connection, load, table)
    connection.execute(
        f"create or replace temp table mapped as select *, row_number() over () as {ROW_NUMBER} from mapped"
    )


def landed_number(connection: duckdb.DuckDBPyConnection) -> str:
    """The column of ``landed`` that says which record of the file a row is."""
    return LANDED_ROW_NUMBER if LANDED_ROW_NUMBER in column_types(connection, LANDED) else ROW_NUMBER


def _run(connection: duckdb.DuckDBPyConnection, load: Load, table: str, sql: str) -> None:
    read = tables_read(load.source.mapping_sql(table)) & load_contract().tables.keys()
    for name in read:
        newest = newest_versions(f"raw.{name}", load_contract().tables[name].key)
        connection.execute(f"create schema if not exists {NEWEST}")
        connection.execute(f"create or replace view {NEWEST}.{name} as {newest}")
    try:
        connection.execute(f"create or replace temp table mapped as {reading_newest(sql) if read else sql}")
    except duckdb.Error as error:
        raise SourceError(
            f"{load.source.name}/{table}.sql fails on {load.file.name}: {str(error).splitlines()[0]}",
            "Mend the SELECT; docs/adding-a-source.md says what it may use.",
        ) from error
    if read:
        connection.execute(f"drop schema {NEWEST} cascade")


def _checked_columns(connection: duckdb.DuckDBPyConnection, load: Load, table: str) -> set[str]:
    columns = set(column_types(connection, "mapped"))
    unknown = sorted(columns - set(load_contract().tables[table].columns) - {ROW_NUMBER})
    if unknown:
        raise SourceError(
            f"{load.source.name}/{table}.sql gives unknown columns {', '.join(unknown)}.",
            f"Columns of {table} are {', '.join(load_contract().tables[table].columns)}.",
        )
    return columns


def _check_rows(connection: duckdb.DuckDBPyConnection, load: Load, table: str) -> None:
    """Each landed row gives at least one row, and each row comes from a landed one."""
    lost, first_lost, strange = one_row(
        connection,
        f"select count(*) filter (m.number is null), min(l.{ROW_NUMBER}) filter (m.number is null), "
        f"count(*) filter (l.{ROW_NUMBER} is null) from {LANDED} as l "
        f"full join (select distinct {ROW_NUMBER} as number from mapped) as m on m.number = l.{ROW_NUMBER}",
    )
    strange += _count(connection, f"mapped where {ROW_NUMBER} is null")
    name = f"{load.source.name}/{table}.sql"
    if lost:
        raise SourceError(
            f"{name} gives no row for {lost:,} of the {_count(connection, LANDED):,} rows of {load.file.name}, such as "
            f"row {first_lost:,}.",
            f"Give at least one row per row of `landed`, with its {ROW_NUMBER}; filter later, in the marts.",
        )
    if strange:
        raise SourceError(
            f"{name} gives rows whose {ROW_NUMBER} is not that of a row of {load.file.name}.",
            f"Take {ROW_NUMBER} over from `landed` as it stands.",
        )


def _spread(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        f"create or replace temp table spread as select * exclude ({ROW_NUMBER}), {ROW_NUMBER} as landed_number, "
        f"row_number() over (order by {ROW_NUMBER}) as given_number from mapped"
    )
    connection.execute(
        f"create or replace temp table mapped as select * exclude (landed_number, given_number), "
        f"given_number as {ROW_NUMBER} from spread"
    )
    connection.execute(
        f"create or replace temp table {LANDED} as select l.* exclude ({ROW_NUMBER}), "
        f"given_number as {ROW_NUMBER}, l.{ROW_NUMBER} as {LANDED_ROW_NUMBER} "
        f"from spread inner join {LANDED} as l on l.{ROW_NUMBER} = landed_number"
    )
    connection.execute("drop table spread")


def _count(connection: duckdb.DuckDBPyConnection, relation: str) -> int:
    return one_row(connection, f"select count(*) from {relation}")[0]
