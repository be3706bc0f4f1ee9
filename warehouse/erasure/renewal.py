"""A DuckDB file written anew: what was deleted from it does not stay behind in free pages."""

from __future__ import annotations

from pathlib import Path

import duckdb

from warehouse.base.connections import open_duckdb
from warehouse.base.errors import ClienteleError
from warehouse.base.settings import Settings
from warehouse.base.sql_text import literal

_NEW = "renewed"


def copy_afresh(connection: duckdb.DuckDBPyConnection, target: Path, settings: Settings) -> None:
    """Write all schemas, tables and views of an open file into a new one.

    Parameters
    ----------
    target
        Does not exist yet. Views name their file, so it needs the name of the open one.
    """
    [(old,)] = connection.execute("select current_database()").fetchall()
    tables = connection.execute(
        "select schema_name, table_name, sql from duckdb_tables() where database_name = ? and not temporary "
        "order by table_oid",
        [old],
    ).fetchall()
    schemas = connection.execute(
        "select schema_name from duckdb_schemas() where database_name = ? and not internal", [old]
    ).fetchall()
    views = connection.execute(
        "select sql from duckdb_views() where database_name = ? and not internal and not temporary order by view_oid",
        [old],
    ).fetchall()
    connection.execute(f"attach {literal(str(target))} as {_NEW}")
    try:
        connection.execute(f"use {_NEW}")
        for (schema,) in schemas:
            connection.execute(f'create schema if not exists "{schema}"')
        for schema, table, sql in tables:
            connection.execute(sql)
            place = f'"{schema}"."{table}"'
            connection.execute(f'insert into {_NEW}.{place} select * from "{old}".{place}')
        connection.execute("checkpoint")
    finally:
        connection.execute(f'use "{old}"')
        connection.execute(f"detach {_NEW}")
    with open_duckdb(target, settings, read_only=False) as renewed:
        _create_views(renewed, [sql for (sql,) in views])
        renewed.execute("checkpoint")


def _create_views(connection: duckdb.DuckDBPyConnection, views: list[str]) -> None:
    """Views may stand on views: each round makes those whose ground is there."""
    while views:
        left, reason = [], ""
        for sql in views:
            try:
                connection.execute(sql)
            except (duckdb.CatalogException, duckdb.BinderException) as error:
                left.append(sql)
                reason = str(error)
        if len(left) == len(views):
            raise ClienteleError(
                f"A view cannot be made in the rewritten file: {reason.splitlines()[0]}",
                "Build the marts (python -m warehouse marts), then run erase again.",
            )
        views = left
