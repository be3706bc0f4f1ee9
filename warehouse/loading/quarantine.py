"""Rows that break the contract, put into ``quality.quarantined_rows`` with their reasons."""

from __future__ import annotations

import duckdb

from warehouse.files.csv_header import ROW_NUMBER
from warehouse.loading.judging import JUDGED
from warehouse.loading.load import Load
from warehouse.reading.file_reading import UNREADABLE
from warehouse.tables.contract import load_contract

_LINES = "order_items"
_INSERT = (
    "insert into quality.quarantined_rows "
    "(load_id, file_name, row_number, table_name, reason, row_content, quarantined_at, record_key, order_id) "
)


def quarantine_judged(connection: duckdb.DuckDBPyConnection, load: Load, name: str, relation: str, number: str) -> None:
    """Keep the rows that are refused.

    Parameters
    ----------
    relation
        Where the rows stand as they came.
    number
        Its column that says which record of the file a row is.
    """
    if not connection.execute(f"select 1 from {JUDGED} where outcome = 'quarantined' limit 1").fetchall():
        return
    key = ", ".join(f"j.{column}::varchar" for column in load_contract().tables[name].key)
    order_id = "j.order_id" if name == _LINES else "null"
    connection.execute(
        f"{_INSERT} select $load_id, $file_name, r.{number}, $table_name, j._reason, to_json(r), $loaded_at, "
        f"nullif(concat_ws(' / ', {key}), ''), {order_id} "
        f"from {JUDGED} as j inner join {relation} as r using ({ROW_NUMBER}) "
        f"where j.outcome = 'quarantined' order by {ROW_NUMBER}",
        _of_load(load, name),
    )


def quarantine_unreadable(connection: duckdb.DuckDBPyConnection, load: Load) -> None:
    """Keep the records that could not be split into the header's columns."""
    connection.execute(
        f"{_INSERT} select $load_id, $file_name, row_number, $table_name, reason, to_json({{'record': content}}), "
        f"$loaded_at, null, null from {UNREADABLE} order by row_number",
        _of_load(load, load.file.kind.rows_are),
    )


def _of_load(load: Load, table: str) -> dict:
    return {"load_id": load.load_id, "file_name": load.file.name, "table_name": table, "loaded_at": load.loaded_at}


def quarantined_orders(connection: duckdb.DuckDBPyConnection, name: str) -> tuple[str, ...]:
    """The orders whose lines are refused."""
    if name != _LINES:
        return ()
    rows = connection.execute(
        f"select order_id from {JUDGED} where outcome = 'quarantined' and order_id is not null group by order_id "
        f"order by min({ROW_NUMBER})"
    ).fetchall()
    return tuple(order for (order,) in rows)
