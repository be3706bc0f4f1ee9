"""What the rows that arrived amount to: orders, customers and sales that the live version does not have.

The models of the marts run on the new rows alone, as dbt compiled them, in a transaction that is rolled back. So an
order is worth what it will be worth in the marts, as far as its own file tells: what it takes back of an earlier
order, and what a correction of an earlier order changes, only the next run knows.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb

from warehouse.arrivals.contained import LiveVersion
from warehouse.base.connections import DATABASE, attach_read_only
from warehouse.base.rows import as_dicts
from warehouse.base.settings import Settings
from warehouse.marts.compiled import DATE_IN_SQL, CompiledModel, compiled_models
from warehouse.marts.compiled_run import Dbt, needed, python_model
from warehouse.privacy.pseudonyms import Pseudonyms, pseudonyms
from warehouse.publishing.reference import REFERENCE, TABLES
from warehouse.tables.build_state import BUILD_STATE
from warehouse.tables.own_tables import create_own_tables

_ORDERS = "fct_orders"
_GIVEN = {"stg_exchange_rates", "int_reporting_currency"}  # as published

_NEW = """
create temp table arrived as
select {order_id} as order_id, {customer_id} as customer_id, is_purchase, net_amount, ordered_at
from marts.fct_orders
"""
_KNOWN = """
create temp table known as
select distinct order_id from published.marts.fct_orders where order_id in (select order_id from arrived)
"""
# Of files that the version does not contain.
_TOUCHED = """
create temp table touched as
select distinct {order_id} as order_id
from (
    select order_id, _arrival_number from raw.orders
    union all
    select order_id, _arrival_number from raw.order_items
)
where not list_contains($contained, _arrival_number)
"""
_HOURS = """
select
    date_trunc('hour', ordered_at) as hour,
    count(*) filter (where is_purchase) as order_count,
    count(distinct customer_id) filter (where is_purchase) as customer_count,
    coalesce(sum(net_amount), 0) as net_amount
from arrived where order_id not in (from known)
group by hour order by hour
"""
_TOTALS = """
select
    count(*) filter (where is_new and is_purchase) as order_count,
    (select count(*) from known where order_id in (from touched)) as changed_order_count,
    count(distinct customer_id) filter (where is_new and is_purchase) as customer_count,
    count(distinct customer_id) filter (where is_new and is_purchase and customer_id not in (
        select customer_id from published.marts.fct_orders
        where is_purchase and customer_id in (select customer_id from arrived)
    )) as new_customer_count,
    coalesce(sum(net_amount) filter (where is_new), 0) as net_amount
from (select *, order_id not in (from known) as is_new from arrived)
"""


@dataclass(frozen=True)
class Figures:
    """What arrived: totals, and orders by the hour in which they were made."""

    totals: dict[str, Any]
    hours: list[dict[str, Any]]


def figures(connection: duckdb.DuckDBPyConnection, settings: Settings, live: LiveVersion, as_of_date: date) -> Figures:
    """Compute them; the connection's file is as it was afterwards.

    Parameters
    ----------
    connection
        To the rows that arrived.
    as_of_date
        Orders before this day count.

    Raises
    ------
    DbtFailed
        If dbt cannot compile the models, where that has not been done yet.
    """
    models = {model.name: model for model in compiled_models(settings, live.source)}
    with _beside(connection, live), _rolled_back(connection):
        _set_up(connection, models, is_plain=pseudonyms(settings, live.source) is None)
        wanted = needed(models, [_ORDERS], _GIVEN)
        for model in (model for name, model in models.items() if name in wanted):
            _make(connection, models, model, as_of_date)
        _compare(connection, live, pseudonyms(settings, live.source))
        hours = as_dicts(connection.execute(_HOURS))
        [totals] = as_dicts(connection.execute(_TOTALS))
    return Figures(totals, hours)


@contextmanager
def _beside(connection: duckdb.DuckDBPyConnection, live: LiveVersion) -> Iterator[None]:
    attach_read_only(connection, live.folder / DATABASE, "published")
    attach_read_only(connection, live.folder / REFERENCE, "reference")
    try:
        yield
    finally:
        connection.execute("detach published")
        connection.execute("detach reference")


@contextmanager
def _rolled_back(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    connection.execute("begin")
    try:
        yield
    finally:
        connection.execute("rollback")


def _set_up(connection: duckdb.DuckDBPyConnection, models: dict[str, CompiledModel], *, is_plain: bool) -> None:
    """What the models read beside the new rows: products, rates, settings, and who is one person, as published."""
    connection.execute(BUILD_STATE)
    create_own_tables(connection, "pii")
    for schema in sorted({*(model.schema for model in models.values()), *TABLES}):
        connection.execute(f'create schema if not exists "{schema}"')
    for schema, names in TABLES.items():
        for name in names:
            connection.execute(f"create table {schema}.{name} as from reference.{schema}.{name}")
    if is_plain:  # else the published ids are no ids of the source
        connection.execute(
            "insert into pii.customer_identities (source_customer_id, customer_id) "
            "select source_customer_id, any_value(customer_id) from published.quality.customer_merges group by all"
        )


def _make(
    connection: duckdb.DuckDBPyConnection, models: dict[str, CompiledModel], model: CompiledModel, as_of_date: date
) -> None:
    if not model.sql:
        rows = python_model(model.name).model(Dbt(connection, models), connection)
        connection.register("rows_of_python", rows)
        connection.execute(f"create table {model.table} as from rows_of_python")
        connection.unregister("rows_of_python")
        return
    sql = model.sql.replace(DATE_IN_SQL, f"date '{as_of_date.isoformat()}'")
    if model.name == "stg_products":  # those of the catalogue, and new ones
        connection.execute(
            f"insert into {model.table} by name from ({sql}) as new "
            f"where product_code not in (select product_code from {model.table})"
        )
        return
    connection.execute(f"create table {model.table} as {sql}")


def _compare(connection: duckdb.DuckDBPyConnection, live: LiveVersion, names: Pseudonyms | None) -> None:
    order_id, customer_id = (names.sql(name) if names else name for name in ("order_id", "customer_id"))
    given: dict[str, Any] = dict(names.parameters()) if names else {}
    connection.execute(_NEW.format(order_id=order_id, customer_id=customer_id), given or None)
    connection.execute(_TOUCHED.format(order_id=order_id), given | {"contained": sorted(live.arrival_numbers)})
    connection.execute(_KNOWN)
