"""DDL of the `raw` schema, derived from the contract."""

from __future__ import annotations

import duckdb

from warehouse.contract import load_contract

# What the loader adds to every raw row: where it came from and what it held.
LINEAGE_COLUMNS = {
    "_load_id": "VARCHAR NOT NULL",
    "_file_name": "VARCHAR NOT NULL",
    "_row_number": "BIGINT NOT NULL",
    "_row_hash": "VARCHAR NOT NULL",
    "_loaded_at": "TIMESTAMP NOT NULL",
}


def create_raw_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the schema and every contract table and column that is missing; existing rows stay."""
    connection.execute("create schema if not exists raw")
    for name, table in load_contract().tables.items():
        columns = [f"{column} {spec.sql_type}" for column, spec in table.columns.items()]
        columns += [f"{column} {sql_type}" for column, sql_type in LINEAGE_COLUMNS.items()]
        connection.execute(f"create table if not exists raw.{name} ({', '.join(columns)})")
        for column, spec in table.columns.items():
            connection.execute(f"alter table raw.{name} add column if not exists {column} {spec.sql_type}")
