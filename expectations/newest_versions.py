"""Newest versions of raw rows, worked out from raw and not from the models that are checked.

A gate's connection gets, for each raw table, the temporary table ``superseded_<table>`` (rows that count no longer:
few) and the temporary view ``newest_<table>`` without them. Every rule and measure on what counts today asks
the view.
"""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

from warehouse.tables.contract import load_contract
from warehouse.tables.newest_versions import newest_rank
from warehouse.tables.raw_tables import LINEAGE_COLUMNS


def newest(table: str) -> str:
    """Name of the view on the newest versions of a raw table, given without its schema."""
    return f"newest_{table}"


def superseded(table: str) -> str:
    """Name of the table with the ``row_id`` of each row of a raw table that counts no longer."""
    return f"superseded_{table}"


def counted_rows(table: str) -> str:
    """What stands for a table in queries on what counts today: of a raw table, the view on its newest versions."""
    return newest(table.removeprefix("raw.")) if table.startswith("raw.") else table


def newest_version_statements(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """SQL that makes the tables and views, for any connection to the same file; it may be read-only.

    Where a raw table lacks what identifies its rows, no view is made: rules on it then cannot be checked, and the
    suite on the structure says why.
    """
    found = connection.execute(
        "select table_name, column_name from information_schema.columns where table_schema = 'raw'"
    ).fetchall()
    known = set(found)
    for name, table in load_contract().tables.items():
        if {(name, column) for column in (*table.key, *LINEAGE_COLUMNS)} <= known:
            yield from _statements(name, ", ".join(table.key))


def _statements(name: str, key: str) -> Iterator[str]:
    """Few rows are ever corrected: only keys that stand there more than once are put in order."""
    yield f"""
        create or replace temp table {superseded(name)} as
        select row_id
        from (
            select rowid as row_id, _is_gone, {newest_rank(key)} as age
            from raw.{name}
            where ({key}) in (select ({key}) from raw.{name} group by {key} having count(*) > 1 or bool_or(_is_gone))
        ) as versions
        where age > 1 or _is_gone
    """
    yield f"""
        create or replace temp view {newest(name)} as
        select * from raw.{name} where rowid not in (select row_id from {superseded(name)})
    """
