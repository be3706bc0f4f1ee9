"""The small file beside the published versions that says what has arrived since the live one was made.

It is written whole and renamed into place; whoever has opened the former one keeps it. It holds sums only.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from warehouse.base.connections import attach_read_only, open_duckdb
from warehouse.base.durable_files import flush_file, rename_durably
from warehouse.base.errors import WarehouseBusy, WarehouseUnreadable
from warehouse.base.permissions import make_open_folder
from warehouse.base.rows import insert_rows
from warehouse.base.settings import Settings
from warehouse.base.sql_text import literal

SINCE = "since"  # as a database: since.summary
_OPEN_TO_READ = 0o444
_TABLES = """
create table summary (
    published_version varchar, source varchar, as_of_date date, looked_at timestamp, last_arrived_at timestamp,
    hand_in_count bigint, file_count bigint, left_file_count bigint, rows_read bigint, rows_quarantined bigint,
    order_count bigint, changed_order_count bigint, customer_count bigint, new_customer_count bigint,
    net_amount decimal(18, 2)
);
create table orders_by_hour (hour timestamp, order_count bigint, customer_count bigint, net_amount decimal(18, 2));
create table files (
    file_name varchar, table_name varchar, arrived_at timestamp, rows_read bigint, rows_quarantined bigint,
    left_because varchar
);
comment on table summary is 'What has arrived since the live version was made. One row.';
comment on table orders_by_hour is 'Orders that the live version does not have. One row per hour of the shop.';
comment on table files is 'Files that the live version does not contain. One row per file and contract table.';
"""


def write_since(settings: Settings, tables: dict[str, list[dict[str, Any]]]) -> Path:
    """Put a new file in place of the former one.

    Parameters
    ----------
    tables
        The rows of `summary`, `orders_by_hour` and `files`.
    """
    make_open_folder(settings.published_folder)
    staged = settings.since_file.with_name(f".{settings.since_file.name}.new")
    for left in (staged, staged.with_name(f"{staged.name}.wal")):
        left.unlink(missing_ok=True)
    with open_duckdb(staged, settings, read_only=False) as connection:
        connection.execute(_TABLES)
        for table, rows in tables.items():
            insert_rows(connection, table, rows)
        connection.execute("checkpoint")
    staged.chmod(_OPEN_TO_READ)
    flush_file(staged)
    rename_durably(staged, settings.since_file)
    return settings.since_file


def since_statements(settings: Settings) -> list[str]:
    """SQL that shows the file as the database `since`; none where there is no such file."""
    path = settings.since_file
    return [f"attach {literal(str(path))} as {SINCE} (read_only)"] if path.exists() else []


@contextmanager
def open_since(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection | None]:
    """A connection in which `since` is the file; None where there is none, or it cannot be read."""
    if not settings.since_file.exists():
        yield None
        return
    with open_duckdb(Path(":memory:"), settings, read_only=False) as connection:
        try:
            attach_read_only(connection, settings.since_file, SINCE)
        except (WarehouseBusy, WarehouseUnreadable):
            yield None
        else:
            yield connection
