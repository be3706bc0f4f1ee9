"""A tiny build file whose every table tells which run it belongs to, and what a reader must find in it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb

from warehouse.base.connections import open_build_file, open_published
from warehouse.base.settings import Settings
from warehouse.publishing.publish import PublishReport, publish
from warehouse.tables.own_tables import create_own_table, own_tables
from warehouse.tables.quality_tables import create_quality_tables
from warehouse.tables.scores import create_score_tables

SOURCE = "files"
# Every table has as many rows as the run has customers: tables of two versions side by side would not agree.
NUMBERED_TABLES = ("marts.customer_360", "marts.dim_customers", "marts.fct_orders")

# What a publication and the summary of a run read, and scores: a whole file has five times as many tables.
_FEW_TABLES = {
    *("file_loads", "quarantined_rows", "validation_results", "model_promotions", "drift"),
    "customer_churn",
}


def make_marts(settings: Settings, customers: int, *, with_all_tables: bool = False) -> None:
    """Make marts of so many customers, with an order each.

    Parameters
    ----------
    with_all_tables
        Whether all tables that Python writes stand beside them, and not only a few (`_FEW_TABLES`).
    """
    with open_build_file(settings, SOURCE) as connection:
        if with_all_tables:
            create_quality_tables(connection)
            create_score_tables(connection)
        else:
            _create_few(connection)
        connection.execute("create schema if not exists marts; create schema if not exists pii")
        connection.execute("create or replace table pii.customer_contacts as select 'a@b.c' as email")
        connection.execute(
            "create or replace table marts.dim_customers as select i::varchar as customer_id from range(?) t(i)",
            [customers],
        )
        connection.execute(
            "create or replace table marts.fct_orders as "
            "select i as order_id, 1.5::decimal(18, 2) as net_amount from range(?) t(i)",
            [customers],
        )
        connection.execute("create or replace view marts.customer_360 as select * from marts.dim_customers")


def _create_few(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("create schema if not exists quality; create schema if not exists scores")
    for table in (*own_tables("quality"), *own_tables("scores")):
        if table.name in _FEW_TABLES:
            create_own_table(connection, table)
    connection.execute("create view if not exists scores.customer_churn_current as from scores.customer_churn")


def published_run(settings: Settings, customers: int, *, with_all_tables: bool = False) -> PublishReport:
    """Make marts of so many customers and publish them."""
    make_marts(settings, customers, with_all_tables=with_all_tables)
    return publish(settings, SOURCE, date(2024, 1, 1), f"run-{customers}")


def version_seen(connection: duckdb.DuckDBPyConnection) -> tuple[str, int]:
    """The live version as the open file tells it, and its customers; fails where tables do not belong together."""
    [(version, customers)] = connection.execute(
        "select published_version, customers from quality.pipeline_runs where status = 'live'"
    ).fetchall()
    for table in NUMBERED_TABLES:
        [(rows,)] = connection.execute(f"select count(*) from {table}").fetchall()
        assert rows == customers, f"{table} has {rows} rows in version {version} of {customers} customers"
    return version, customers


def live(settings: Settings) -> tuple[str, int]:
    """What a reader sees who opens the published file."""
    with open_published(settings) as connection:
        return version_seen(connection)


def parquet_seen(folder: Path) -> tuple[str, int]:
    """The same out of one Parquet set."""
    with duckdb.connect() as connection:
        connection.execute("create schema marts; create schema quality")
        for table in (*NUMBERED_TABLES, "quality.pipeline_runs"):
            file = folder / f"{table.replace('.', '/')}.parquet"
            connection.execute(f"create view {table} as select * from read_parquet('{file}')")
        return version_seen(connection)


def statuses(settings: Settings) -> list[tuple[int | None, str]]:
    """Customers and status of each version in ``quality.pipeline_runs``, the oldest first."""
    with open_published(settings) as connection:
        return connection.execute("select customers, status from quality.pipeline_runs order by rowid").fetchall()


def rows(settings: Settings, query: str) -> list[tuple]:
    """What a query of the published file gives."""
    with open_published(settings) as connection:
        return connection.execute(query).fetchall()
