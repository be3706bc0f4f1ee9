"""The `scores` schema: what models say of customers, with history.

One row per key of the job (warehouse/jobs), as_of_date and model_name.
"""

from __future__ import annotations

from datetime import date

import duckdb
import pandas as pd

from warehouse.base.connections import one_row
from warehouse.base.errors import ClienteleError
from warehouse.base.rows import column_types, insert_frame
from warehouse.base.transactions import transaction
from warehouse.tables.own_tables import create_own_tables, own_tables
from warehouse.tables.present_tables import PresentTables, present_tables
from warehouse.tables.score_review import keep_replaced

FEATURE_TREATMENTS = "feature_treatments"


def score_tables() -> tuple[str, ...]:
    """The names of all tables of the schema."""
    return tuple(table.name for table in own_tables("scores"))


def create_score_tables(connection: duckdb.DuckDBPyConnection, present: PresentTables | None = None) -> None:
    """Create the score tables and their `…_current` views where missing; existing rows stay.

    Parameters
    ----------
    present
        What is there (`present_tables`), if the caller asked for it already.
    """
    present = present or present_tables(connection)
    create_own_tables(connection, "scores", present)
    for own in own_tables("scores"):
        table = f"scores.{own.name}"
        if present.lacks(table, own.column_types) or not present.shows_all(f"{table}_current", table):
            connection.execute(
                f"create or replace view {table}_current as "
                f"select * from {table} where as_of_date = (select max(as_of_date) from {table})"
            )


def newest_scored_date(connection: duckdb.DuckDBPyConnection) -> date | None:
    """The date that the `…_current` views show; None when nothing was scored yet."""
    present = connection.execute("select table_name from duckdb_tables() where schema_name = 'scores'").fetchall()
    days = [
        one_row(connection, f"select max(as_of_date) from scores.{table}")[0]
        for (table,) in present
        if table in score_tables()
    ]
    return max((day for day in days if day is not None), default=None)


def write_scores(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    frame: pd.DataFrame,
    treated: pd.DataFrame | None = None,
    *,
    of: tuple[date, str] | None = None,
) -> int:
    """Write one model's scores; rows of the same dates and model are replaced, others kept.

    What is replaced can be put back until the gate has passed the new rows (see `warehouse.tables.score_review`).

    Parameters
    ----------
    table
        One of `score_tables`.
    frame
        Columns of the table by name; columns of the table that are missing in the frame are written as null.
    treated
        Rows of `feature_treatments` that belong to these scores: they come, and go, in the same transaction. Without
        rows, those of former scores of the same dates and model go; None leaves them alone.
    of
        Date and model whose former rows go even where there is none now.

    Returns
    -------
    int
        Number of rows written.

    Raises
    ------
    ClienteleError
        If the table is unknown, the frame has a column the table lacks, or a key occurs twice.
    """
    frames = {table: frame} if treated is None else {table: frame, FEATURE_TREATMENTS: treated}
    for name, rows in frames.items():
        _check(connection, name, rows)
    given = frame[["as_of_date", "model_name"]].drop_duplicates().itertuples(index=False, name=None)
    written = {(pd.Timestamp(stamp).date(), model_name) for stamp, model_name in given} | ({of} if of else set())
    with transaction(connection):
        for day, model_name in sorted(written):
            for name in frames:
                keep_replaced(connection, name, day, model_name)
                connection.execute(
                    f"delete from scores.{name} where as_of_date = ? and model_name = ?", [day, model_name]
                )
        for name, rows in frames.items():
            insert_frame(connection, f"scores.{name}", rows)
    return len(frame)


def _check(connection: duckdb.DuckDBPyConnection, table: str, frame: pd.DataFrame) -> None:
    keys = {table.name: table.key for table in own_tables("scores")}
    if table not in keys:
        raise ClienteleError(f"scores.{table} does not exist.", f"Use one of {', '.join(keys)}.")
    unknown = sorted(set(frame.columns) - column_types(connection, f"scores.{table}").keys())
    if unknown:
        raise ClienteleError(f"scores.{table} has no column {', '.join(unknown)}.", "Mend the scoring code.")
    key = [column for column in keys[table] if column in frame]  # a part that is in no row tells none apart
    if frame.duplicated(key).any():
        raise ClienteleError(f"Something is scored twice for scores.{table}.", "Mend the scoring code.")
