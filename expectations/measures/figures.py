"""Figures of whole tables, such as how many customers: kept with the profiles, for the next run to compare with."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import duckdb

from expectations.newest_versions import counted_rows
from expectations.thresholds import CountedTable
from warehouse.base.connections import one_row

TOTAL = "total"


def figures_of(
    connection: duckdb.DuckDBPyConnection, name: str, table: CountedTable, as_of_date: date
) -> Iterator[tuple[int, str, str, str | None, float]]:
    """Row count, figure, measure, category (none) and value; of an empty table too. SQL is our own configuration."""
    where = table.where or "true"
    query = f"select count(*), {', '.join(table.figures.values())} from {counted_rows(name)} where {where}"
    bound = {"as_of_date": as_of_date} if "$as_of_date" in query else None
    row_count, *values = one_row(connection, query, bound)
    for figure, value in zip(table.figures, values, strict=True):
        yield row_count, figure, TOTAL, None, float(value or 0)
