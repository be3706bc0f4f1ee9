"""Which orders and customers changed since the last build of the marts: found in raw, written into the schema `state`.

The tables are made by `warehouse.marts.increments`, which says when each is emptied.
"""

from __future__ import annotations

import duckdb

from warehouse.base.definitions import load_definitions
from warehouse.tables.contract import load_contract

# Which ids stand for another one; whoever is not listed counts for himself.
MERGES = "select source_customer_id, customer_id from pii.customer_identities where source_customer_id <> customer_id"


def find_changes(connection: duckdb.DuckDBPyConnection) -> None:
    """Write down which orders and customers the pending loads, the dates and the identities changed."""
    _find_remapped_customers(connection)
    _find_changed_orders(connection)
    _find_changed_customers(connection)
    _find_persons_of_changed_customers(connection)
    _find_orders_of_changed_customers(connection)


def find_pending_loads(connection: duckdb.DuckDBPyConnection) -> None:
    """Write down the loads of raw rows that the last complete build did not know."""
    loads = " union ".join(f"select distinct _load_id as load_id from raw.{name}" for name in load_contract().tables)
    connection.execute(
        f"insert into state.pending_loads select load_id from ({loads}) as found "
        "except (from state.absorbed_loads) except (from state.pending_loads)"
    )


def _find_remapped_customers(connection: duckdb.DuckDBPyConnection) -> None:
    """Ids that stood for another person when the last build was made."""
    connection.execute(
        f"insert into state.remapped_customers select source_customer_id from ("
        f"(({MERGES}) except (from state.built_identities)) union ((from state.built_identities) except ({MERGES})))"
    )


def _find_changed_orders(connection: duckdb.DuckDBPyConnection) -> None:
    """Orders with new rows (or lines that left them), and those that the dates of the builds tell apart."""
    newest_first = load_definitions().newest_first
    connection.execute(f"""
        insert into state.changed_orders
        with span as (
            select min(as_of_date) as first_date, max(as_of_date) as last_date from state.mart_builds
        ),
        pending_products as (
            select product_code, case when not _is_gone then unit_cost_amount end as unit_cost_amount,
                case when not _is_gone then line_kind end as line_kind, _load_id,
                row_number() over (
                    partition by product_code, _load_id in (from state.pending_loads)
                    order by {newest_first}
                ) as age
            from raw.products
        ),
        changed_products as (
            select upper(trim(pending.product_code)) as product_code
            from pending_products as pending
            left join pending_products as known
                on known.product_code = pending.product_code and known.age = 1
                and known._load_id not in (from state.pending_loads)
            where pending.age = 1 and pending._load_id in (from state.pending_loads)
                and (pending.unit_cost_amount, pending.line_kind)
                    is distinct from (known.unit_cost_amount, known.line_kind)
        ),
        changed_rates as (
            select upper(trim(currency)) as currency, min(rate_date) as first_rate_date
            from raw.exchange_rates where _load_id in (from state.pending_loads) group by upper(trim(currency))
        )
        select order_id from raw.orders where _load_id in (from state.pending_loads)
        union
        select order_id from raw.order_items
        where order_item_id in (select order_item_id from raw.order_items where _load_id in (from state.pending_loads))
        union
        select order_id from raw.orders, span
        where (ordered_at >= first_date and ordered_at < last_date)
            or (cancelled_at >= first_date and cancelled_at < last_date)
        union
        select order_id from raw.order_items where upper(trim(product_code)) in (from changed_products)
        union
        select order_id from raw.orders, changed_rates as rates
        where upper(trim(orders.currency)) = rates.currency and orders.ordered_at >= rates.first_rate_date
    """)


def _find_changed_customers(connection: duckdb.DuckDBPyConnection) -> None:
    """Customers of changed orders, former ones included, and those of whom something else was loaded.

    That is every contract table with a customer_id; and where a row names an order, its customer: an answer without a
    customer is the order's customer's. What plan and price a contract has had (subscription_changes) no model says that
    is kept by customers.
    """
    of_customers = "".join(f" union {_reloaded(name, 'customer_id')}" for name in _tables_with("customer_id"))
    of_orders = " union ".join(_reloaded(name, "order_id") for name in _tables_with("order_id"))
    connection.execute(
        "insert into state.changed_customers select customer_id from ("
        f"select customer_id from raw.orders where order_id in (from state.changed_orders){of_customers} "
        f"union select customer_id from raw.orders where order_id in ({of_orders}) "
        "union select source_customer_id from state.remapped_customers"
        ") where customer_id <> ''"
    )


def _tables_with(column: str) -> list[str]:
    return [name for name, table in load_contract().tables.items() if column in table.columns]


def _reloaded(table: str, column: str) -> str:
    """SQL of a column's values in all versions of the raw rows of which a pending load has one."""
    key = ", ".join(load_contract().tables[table].key)
    pending = f"select ({key}) from raw.{table} where _load_id in (from state.pending_loads)"
    return f"select {column} from raw.{table} where ({key}) in ({pending})"


def _find_persons_of_changed_customers(connection: duckdb.DuckDBPyConnection) -> None:
    """Who the changed ids stand or stood for, and the other ids of these persons."""
    persons = f"(({MERGES}) union (from state.built_identities))"
    for known, wanted in (("source_customer_id", "customer_id"), ("customer_id", "source_customer_id")):
        connection.execute(
            f"insert into state.changed_customers select {wanted} from {persons} "
            f"where {known} in (from state.changed_customers) except (from state.changed_customers)"
        )


def _find_orders_of_changed_customers(connection: duckdb.DuckDBPyConnection) -> None:
    """A return reverses what a customer bought long ago: all of a customer's orders are rebuilt together."""
    connection.execute(
        "insert into state.changed_orders "
        "select order_id from raw.orders where customer_id in (from state.changed_customers) "
        "except select order_id from state.changed_orders"
    )
