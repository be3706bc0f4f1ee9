"""Profiles of columns in ``quality.column_profiles``: what a run's rows look like, for the next run to compare with."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import duckdb

from expectations.newest_versions import counted_rows
from expectations.thresholds import CountedTable, ProfiledTable, Thresholds
from warehouse.base.connections import one_row
from warehouse.base.rows import insert_rows

# Categories beyond so many, the smallest, count as one.
CATEGORY_COUNT = 20
OTHERS = "(others)"
TOTAL = "total"  # the measure of a figure of a whole table, such as how many customers
NONE = "(none)"
_TABLE = "quality.column_profiles"
_MEASURED = ("row_count", "column_name", "measure", "category", "value")
_OF_RUN = "gate = ? and as_of_date = ?"
_QUANTILES = {"median": 0.5, "upper_decile": 0.9}


def write_profiles(
    connection: duckdb.DuckDBPyConnection, gate: str, as_of_date: date, thresholds: Thresholds, measured_at: datetime
) -> None:
    """Measure the tables of a gate, in place of what a run of the same gate and date measured that was not accepted.

    A table or column that is missing is left out: the suite on the structure speaks of it.
    """
    connection.execute(f"delete from {_TABLE} where {_OF_RUN} and not is_accepted", [gate, as_of_date])
    distribution = thresholds.distribution
    parts = [
        (name, _measures(connection, name, table, as_of_date, distribution.window_days))
        for name, table in distribution.tables.items()
        if table.gate == gate
    ]
    parts += [
        (name, _figures(connection, name, table, as_of_date))
        for name, table in thresholds.collapse.tables.items()
        if table.gate == gate
    ]
    for name, measuring in parts:
        try:
            measured = list(measuring)
        except (duckdb.CatalogException, duckdb.BinderException):
            continue
        of_run = {"gate": gate, "as_of_date": as_of_date, "measured_at": measured_at, "table_name": name}
        rows = (dict(zip(_MEASURED, one, strict=True)) | of_run | {"is_accepted": False} for one in measured)
        insert_rows(connection, _TABLE, rows)


def accept_profiles(connection: duckdb.DuckDBPyConnection, gate: str, as_of_date: date) -> None:
    """Let later runs compare with the profiles of this one: its gate is passed.

    Until then those of the run before stay, even one of the same date: a file that came in since may be what is wrong.
    """
    run = [gate, as_of_date]
    if connection.execute(f"select 1 from {_TABLE} where {_OF_RUN} and not is_accepted limit 1", run).fetchone():
        connection.execute(f"delete from {_TABLE} where {_OF_RUN} and is_accepted", run)
        connection.execute(f"update {_TABLE} set is_accepted = true where {_OF_RUN}", run)


def waiting_gates(connection: duckdb.DuckDBPyConnection, as_of_date: date) -> list[str]:
    """Gates that measured something for a date that is not accepted."""
    found = connection.execute(
        f"select distinct gate from {_TABLE} where as_of_date = ? and not is_accepted order by gate", [as_of_date]
    )
    return [gate for (gate,) in found.fetchall()]


def _measures(
    connection: duckdb.DuckDBPyConnection, name: str, table: ProfiledTable, as_of_date: date, window_days: int
) -> Iterator[tuple[int, str, str, str | None, float]]:
    """Row count, column, measure, category and value of one table; names come from our own configuration."""
    columns = ", ".join(dict.fromkeys([*table.filled, *table.amounts, *table.categories]))
    query = f"select {columns} from {table.rows or counted_rows(name)} where {table.where or 'true'}"
    bound = {"as_of_date": as_of_date, "window_days": window_days}
    bound = {parameter: value for parameter, value in bound.items() if f"${parameter}" in query}
    connection.execute(f"create or replace temp table profiled as {query}", bound)
    row_count = one_row(connection, "select count(*) from profiled")[0]
    if row_count:
        single = [*_null_shares(table), *_quantities(table)]
        expressions = [expression for _, _, expression in single]
        values = one_row(connection, f"select {', '.join(expressions)} from profiled") if single else ()
        for (column, measure, _), value in zip(single, values, strict=True):
            if value is not None:
                yield row_count, column, measure, None, float(value)
        for column in table.categories:
            for category, count in _categories(connection, column):
                yield row_count, column, "category_share", category, count / row_count
    connection.execute("drop table profiled")


def _null_shares(table: ProfiledTable) -> Iterator[tuple[str, str, str]]:
    for column in table.filled:
        yield column, "null_share", f"avg(case when {column} is null then 1.0 else 0.0 end)"


def _quantities(table: ProfiledTable) -> Iterator[tuple[str, str, str]]:
    for column in table.amounts:
        yield column, "mean", f"avg({column})"
        for measure, share in _QUANTILES.items():
            yield column, measure, f"quantile_cont(cast({column} as double), {share})"


def _categories(connection: duckdb.DuckDBPyConnection, column: str) -> list[tuple[str, Any]]:
    counted = connection.execute(
        f"select coalesce(cast({column} as varchar), '{NONE}') as category, count(*) as row_count from profiled "
        "group by category order by row_count desc, category"
    ).fetchall()
    rest = sum(count for _, count in counted[CATEGORY_COUNT:])
    return counted[:CATEGORY_COUNT] + ([(OTHERS, rest)] if rest else [])


def _figures(
    connection: duckdb.DuckDBPyConnection, name: str, table: CountedTable, as_of_date: date
) -> Iterator[tuple[int, str, str, str | None, float]]:
    """Row count, figure, measure, category (none) and value; of an empty table too. SQL is our own configuration."""
    where = table.where or "true"
    query = f"select count(*), {', '.join(table.figures.values())} from {counted_rows(name)} where {where}"
    bound = {"as_of_date": as_of_date} if "$as_of_date" in query else None
    row_count, *values = one_row(connection, query, bound)
    for figure, value in zip(table.figures, values, strict=True):
        yield row_count, figure, TOTAL, None, float(value or 0)
