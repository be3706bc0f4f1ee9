"""The schema `state`: what builds of the marts remember. `warehouse.marts.increments` tells what it means."""

from __future__ import annotations

import duckdb

BUILD_STATE = """
create schema if not exists state;
create table if not exists state.mart_builds (
    definitions_sha256 varchar not null, as_of_date date not null, began_at timestamp not null,
    completed_at timestamp
);
create table if not exists state.absorbed_loads (load_id varchar not null);
create table if not exists state.pending_loads (load_id varchar not null);
create table if not exists state.changed_orders (order_id varchar not null);
create table if not exists state.changed_customers (customer_id varchar not null);
create table if not exists state.remapped_customers (source_customer_id varchar not null);
create table if not exists state.built_identities (source_customer_id varchar not null, customer_id varchar not null);
create table if not exists state.built_snapshots (as_of_date date not null, sampled_below varchar);
"""
PENDING = ("pending_loads", "changed_orders", "changed_customers", "remapped_customers")
_BUILT = ("absorbed_loads", "built_identities", "built_snapshots")


def forget_builds(connection: duckdb.DuckDBPyConnection) -> None:
    """Have the next build make everything: raw rows were changed in place, or taken out."""
    connection.execute(BUILD_STATE)
    clear_builds(connection)


def clear_builds(connection: duckdb.DuckDBPyConnection) -> None:
    """Empty the tables, which are there."""
    for table in ("mart_builds", *PENDING, *_BUILT):
        connection.execute(f"delete from state.{table}")
