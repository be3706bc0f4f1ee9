"""A published version as Parquet, one file for each table, for tools that do not speak DuckDB."""

from __future__ import annotations

from pathlib import Path

from duckdb import DuckDBPyConnection

from warehouse.base.connections import one_row
from warehouse.base.durable_files import staged_name
from warehouse.base.errors import PublishError
from warehouse.base.sql_text import literal


def export_tables(connection: DuckDBPyConnection, tables: list[tuple[str, str]], folder: Path) -> None:
    """Write `folder/<schema>/<table>.parquet` for each table and check that all rows arrived.

    Each file is whole or absent: it gets its name when it has been written. To be flushed to the disk by the caller.

    Raises
    ------
    PublishError
        If a file does not hold the rows of its table.
    """
    for schema, table in tables:
        target = folder / schema / f"{table}.parquet"
        target.parent.mkdir(parents=True, exist_ok=True)
        staged = staged_name(target)
        path = literal(str(staged))
        connection.execute(f'copy (select * from {schema}."{table}") to {path} (format parquet, compression zstd)')
        expected = one_row(connection, f'select count(*) from {schema}."{table}"')[0]
        found = one_row(connection, "select num_rows from parquet_file_metadata(?)", [str(staged)])[0]
        if found != expected:
            raise PublishError(
                f"{schema}/{table}.parquet has {found:,} rows and the table has {expected:,}.",
                "Publish again (score_customers); the former version stays live.",
            )
        staged.replace(target)


def tables_of(connection: DuckDBPyConnection) -> list[tuple[str, str]]:
    """Return schema and name of each table of a published file."""
    return connection.execute("select schema_name, table_name from duckdb_tables() order by all").fetchall()


def read_everything(connection: DuckDBPyConnection) -> None:
    """Read each value once: a block that the disk has damaged fails here and not in front of a reader."""
    for schema, table in tables_of(connection):
        connection.execute(f'select bit_xor(hash(every_row)) from {schema}."{table}" as every_row').fetchall()
