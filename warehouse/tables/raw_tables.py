"""DDL of the `raw` schema, derived from the contract."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from warehouse.base.build_file import BuildFile
from warehouse.base.errors import SettingsError
from warehouse.base.rows import column_types
from warehouse.tables.contract import Table, load_contract
from warehouse.tables.present_tables import PresentTables, present_tables

# What the loader adds to every raw row: where it came from and what it held.
LINEAGE_COLUMNS = {
    "_load_id": "VARCHAR NOT NULL",
    "_file_name": "VARCHAR NOT NULL",
    "_row_number": "BIGINT NOT NULL",
    "_row_hash": "VARCHAR NOT NULL",
    "_loaded_at": "TIMESTAMP NOT NULL",
    # Place of the file in the order of arrival: the bigger, the newer (warehouse/landing/arrival/order.py).
    "_arrival_number": "BIGINT NOT NULL DEFAULT 0",
    "_is_gone": "BOOLEAN NOT NULL DEFAULT FALSE",  # a version that says: this key is gone
}

_TABLES_OF_RAW = "select table_name from duckdb_tables() where schema_name = 'raw'"


def create_raw_tables(connection: duckdb.DuckDBPyConnection, present: PresentTables | None = None) -> None:
    """Create the schema and every contract table and column that is missing; existing rows stay.

    Parameters
    ----------
    present
        What is there (`present_tables`), if the caller asked for it already.
    """
    present = present or present_tables(connection)
    connection.execute("create schema if not exists raw")
    for name, table in load_contract().tables.items():
        columns = [f"{column} {spec.sql_type}" for column, spec in table.columns.items()]
        columns += [f"{column} {sql_type}" for column, sql_type in LINEAGE_COLUMNS.items()]
        if f"raw.{name}" not in present.definitions:
            connection.execute(f"create table raw.{name} ({', '.join(columns)})")
        elif present.lacks(f"raw.{name}", dict(column.split()[:2] for column in columns)):
            _bring_up_to_date(connection, name, table)


def tables_without_rows(file: BuildFile, tables: Sequence[str]) -> list[str]:
    """Those of the contract tables that are empty; one that is not there at all, as in marts by themselves, is none.

    Raises
    ------
    SettingsError
        If the contract has no such table.
    """
    if unknown := sorted(set(tables) - set(load_contract().tables)):
        raise SettingsError(
            f"A job needs {', '.join(unknown)}, which the data contract does not have.",
            f"Name tables of it in the job's declaration: {', '.join(load_contract().tables)}.",
        )
    with file.opened(read_only=True) as connection:
        there = {name for (name,) in connection.execute(_TABLES_OF_RAW).fetchall()}
        return [
            table
            for table in tables
            if table in there and connection.execute(f"select 1 from raw.{table} limit 1").fetchone() is None
        ]


def _bring_up_to_date(connection: duckdb.DuckDBPyConnection, name: str, table: Table) -> None:
    """Give a table of an earlier release the columns and types of this one."""
    known = column_types(connection, f"raw.{name}")
    for column, spec in table.columns.items():
        if column not in known:
            connection.execute(f"alter table raw.{name} add column {column} {spec.sql_type}")
        elif known[column] != spec.sql_type:
            connection.execute(f"alter table raw.{name} alter column {column} type {spec.sql_type}")
    if "_arrival_number" not in known:
        # Older than anything with a number of its own, among themselves in the order in which they were loaded.
        connection.execute(f"alter table raw.{name} add column _arrival_number bigint default 0")
        connection.execute(
            f"update raw.{name} set _arrival_number = places.place from (select _loaded_at, "
            f"1 - row_number() over (order by _loaded_at desc) as place from raw.{name} group by _loaded_at) as places "
            f"where places._loaded_at = {name}._loaded_at"
        )
        connection.execute(f"alter table raw.{name} add column _is_gone boolean default false")
