"""Scores wait for their gate: until then the rows they replace are kept, and come back when the gate does not pass.

A score history has many dates and each run writes one. Without this, scores that failed their gate would stay in the
build file and go out with the next run's.
"""

from __future__ import annotations

from datetime import date

import duckdb

from warehouse.base.rows import column_types
from warehouse.base.transactions import transaction

_STATE = """
create schema if not exists state;
create table if not exists state.pending_scores (
    score_table varchar not null, as_of_date date not null, model_name varchar not null
)
"""
_SAME = "as_of_date = ? and model_name = ?"


def keep_replaced(connection: duckdb.DuckDBPyConnection, table: str, as_of_date: date, model_name: str) -> None:
    """Before rows of a date and model are written: keep those that stand there, unless these too are unreviewed.

    Runs inside the caller's transaction.
    """
    connection.execute(_STATE)
    what = [table, as_of_date, model_name]
    found = connection.execute(f"select 1 from state.pending_scores where score_table = ? and {_SAME}", what)
    if found.fetchone():
        return
    connection.execute(f"create table if not exists state.replaced_{table} as select * from scores.{table} limit 0")
    _follow_columns(connection, table)
    connection.execute(
        f"insert into state.replaced_{table} by name select * from scores.{table} where {_SAME}", what[1:]
    )
    connection.execute("insert into state.pending_scores values (?, ?, ?)", what)


def accept_scores(connection: duckdb.DuckDBPyConnection, as_of_date: date) -> None:
    """The gate has passed the scores of a date: they stand, and what they replaced is let go."""
    connection.execute(_STATE)
    with transaction(connection):
        for table, day, model_name in _pending(connection, as_of_date):
            _settle(connection, table, day, model_name)


def withdraw_scores(
    connection: duckdb.DuckDBPyConnection, as_of_date: date | None = None, *, keep: date | None = None
) -> list[date]:
    """Put back what unreviewed scores had replaced, and return the dates concerned.

    Parameters
    ----------
    as_of_date
        Only scores of this date; None for all.
    keep
        Scores of this date stay as they are: they are being made.
    """
    connection.execute(_STATE)
    pending = [found for found in _pending(connection, as_of_date) if found[1] != keep]
    with transaction(connection):
        for table, day, model_name in pending:
            kept = f"select * from state.replaced_{table} where {_SAME}"
            connection.execute(f"delete from scores.{table} where {_SAME}", [day, model_name])
            connection.execute(f"insert into scores.{table} by name {kept}", [day, model_name])
            _settle(connection, table, day, model_name)
    return sorted({day for _, day, _ in pending})


def _pending(connection: duckdb.DuckDBPyConnection, as_of_date: date | None) -> list[tuple[str, date, str]]:
    return connection.execute(
        "select score_table, as_of_date, model_name from state.pending_scores "
        "where $day is null or as_of_date = $day order by all",
        {"day": as_of_date},
    ).fetchall()


def _settle(connection: duckdb.DuckDBPyConnection, table: str, day: date, model_name: str) -> None:
    connection.execute(f"delete from state.replaced_{table} where {_SAME}", [day, model_name])
    connection.execute(f"delete from state.pending_scores where score_table = ? and {_SAME}", [table, day, model_name])


def _follow_columns(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    """A newer release may have added columns to the score table."""
    known = column_types(connection, f"state.replaced_{table}")
    for name, kind in column_types(connection, f"scores.{table}").items():
        if name not in known:
            connection.execute(f"alter table state.replaced_{table} add column {name} {kind}")
