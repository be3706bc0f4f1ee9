"""The tables of a build file that Python writes, made or brought up to date before a load."""

from __future__ import annotations

from contextlib import nullcontext

import duckdb

from warehouse.base.transactions import transaction
from warehouse.tables.present_tables import present_tables
from warehouse.tables.quality_tables import create_quality_tables
from warehouse.tables.raw_tables import create_raw_tables
from warehouse.tables.scores import create_score_tables


def create_build_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Create every table of `raw`, `quality` and `scores` and every column that is missing; existing rows stay.

    A new file gets all of them in one transaction, which is written out once. One of an earlier release does not:
    a table cannot be altered and written in the same transaction.
    """
    present = present_tables(connection)
    with nullcontext() if present.definitions else transaction(connection):
        create_raw_tables(connection, present)
        create_quality_tables(connection, present)
        create_score_tables(connection, present)
