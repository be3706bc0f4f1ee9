"""The tables that Python writes (schemas `scores` and `quality`), made from own_tables.yml."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import duckdb
import yaml

from warehouse.tables.contract import SQL_TYPES

# Amounts are shown here, so they are in cents.
_TYPES = {**SQL_TYPES, "amount": "DECIMAL(18,2)", "double": "DOUBLE", "bigint": "BIGINT"}


@dataclass(frozen=True)
class OwnColumn:
    """One column: its SQL type, whether it is never null, and what it means."""

    name: str
    sql_type: str
    is_required: bool
    description: str


@dataclass(frozen=True)
class OwnTable:
    """One table that Python writes."""

    schema: str
    name: str
    description: str
    columns: tuple[OwnColumn, ...]
    key: tuple[str, ...] = ()


@cache
def own_tables(schema: str) -> tuple[OwnTable, ...]:
    """The tables of a schema, in the order of the file."""
    content = yaml.safe_load(Path(__file__).with_name("own_tables.yml").read_text(encoding="utf-8"))
    return tuple(_table(schema, name, spec) for name, spec in content[schema].items())


def create_own_tables(connection: duckdb.DuckDBPyConnection, schema: str) -> None:
    """Create the schema and every table and column of it that is missing; existing rows stay."""
    connection.execute(f"create schema if not exists {schema}")
    for table in own_tables(schema):
        create_own_table(connection, table)
        _add_missing_columns(connection, table)


def create_own_table(connection: duckdb.DuckDBPyConnection, table: OwnTable) -> None:
    """Create one table in its schema if it is missing."""
    columns = ", ".join(
        f"{column.name} {column.sql_type}{' not null' if column.is_required else ''}" for column in table.columns
    )
    connection.execute(f"create table if not exists {table.schema}.{table.name} ({columns})")


def _add_missing_columns(connection: duckdb.DuckDBPyConnection, table: OwnTable) -> None:
    """Bring a table of an earlier release up to date; its rows have null there, even where new ones may not."""
    known = {row[0] for row in connection.execute(f"describe {table.schema}.{table.name}").fetchall()}
    for column in table.columns:
        if column.name not in known:
            connection.execute(f"alter table {table.schema}.{table.name} add column {column.name} {column.sql_type}")


def _table(schema: str, name: str, spec: dict) -> OwnTable:
    columns = tuple(
        OwnColumn(column, _TYPES[kind.removesuffix("!")], kind.endswith("!"), description)
        for column, (kind, description) in spec["columns"].items()
    )
    return OwnTable(schema, name, spec["description"], columns, tuple(spec.get("key", ())))
