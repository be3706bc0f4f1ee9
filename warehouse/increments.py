"""What a build of the marts has to make anew: the orders and customers that changed since the last one, or everything.

A build absorbs loads of raw rows as of a date. The next one makes anew what those loads could not tell: what stands in
newer loads, and what lies between the two dates (an order, a cancellation). Changes are kept until a build has ended
well, so that one that was killed half-way is made up for by the next. `dbt_project/macros/increments.sql` reads them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from warehouse.connections import open_build_file
from warehouse.contract import load_contract
from warehouse.definitions import DBT_PROJECT
from warehouse.own_tables import create_own_tables
from warehouse.settings import Settings

_STATE = """
create schema if not exists state;
create table if not exists state.mart_builds (
    definitions_sha256 varchar not null, as_of_date date not null, is_full boolean not null,
    began_at timestamp not null, completed_at timestamp
);
create table if not exists state.absorbed_loads (load_id varchar not null);
create table if not exists state.pending_loads (load_id varchar not null);
create table if not exists state.changed_orders (order_id varchar not null);
create table if not exists state.changed_customers (customer_id varchar not null);
create table if not exists state.remapped_customers (source_customer_id varchar not null);
create table if not exists state.built_identities (source_customer_id varchar not null, customer_id varchar not null);
create table if not exists state.built_snapshots (as_of_date date not null);
"""
_PENDING = ("pending_loads", "changed_orders", "changed_customers", "remapped_customers")
_BUILT = ("absorbed_loads", "built_identities", "built_snapshots")
_MERGES = "select source_customer_id, customer_id from pii.customer_identities where source_customer_id <> customer_id"
# Tables whose rows say something about a customer without an order.
_ABOUT_CUSTOMERS = ("customers", "events", "feedback", "campaign_touches", "subscriptions")


@dataclass(frozen=True)
class Increment:
    """How the marts are to be built, and why."""

    is_full: bool
    reason: str

    @property
    def dbt_arguments(self) -> tuple[str, ...]:
        return ("--full-refresh",) if self.is_full else ()


@contextmanager
def mart_build(
    settings: Settings,
    source: str,
    as_of_date: str,
    *,
    variables: Mapping[str, object] | None = None,
    full: bool = False,
) -> Iterator[Increment]:
    """Settle what to build before dbt runs, and record that it was built when the block ends without an error.

    The build file is closed while the block runs.

    Parameters
    ----------
    variables
        Vars of dbt_project.yml that are set otherwise for this build.
    full
        Build everything, whatever is known.
    """
    definitions = definitions_sha256(variables or {})
    with open_build_file(settings, source) as connection:
        increment = begin(connection, as_of_date, definitions, full=full)
    yield increment
    with open_build_file(settings, source) as connection:
        complete(connection)


def begin(connection: duckdb.DuckDBPyConnection, as_of_date: str, definitions: str, *, full: bool = False) -> Increment:
    """Write down what changed, in one transaction."""
    connection.execute("begin")
    connection.execute(_STATE)
    create_own_tables(connection, "pii")
    reason = "asked for" if full else _why_full(connection, definitions)
    if reason:
        _forget(connection)
    connection.execute(
        "insert into state.mart_builds values (?, ?, ?, ?, null)",
        [definitions, as_of_date, bool(reason), datetime.now(UTC).replace(tzinfo=None)],
    )
    _find_pending_loads(connection)
    if not reason:
        _find_remapped_customers(connection)
        _find_changed_orders(connection)
        _find_changed_customers(connection)
        _find_persons_of_changed_customers(connection)
        _find_orders_of_changed_customers(connection)
    connection.execute("commit")
    if reason:
        return Increment(True, f"everything is built: {reason}")
    orders, customers = (_count(connection, f"state.changed_{what}") for what in ("orders", "customers"))
    return Increment(False, f"{orders:,} orders and {customers:,} customers changed since the last build")


def forget_builds(connection: duckdb.DuckDBPyConnection) -> None:
    """Have the next build make everything: raw rows were changed in place, or taken out."""
    connection.execute(_STATE)
    _forget(connection)


def complete(connection: duckdb.DuckDBPyConnection) -> None:
    """Record that the build has ended well: nothing is pending any more."""
    connection.execute("begin")
    connection.execute("insert into state.absorbed_loads select load_id from state.pending_loads")
    for table in (*_PENDING, "built_identities", "built_snapshots"):
        connection.execute(f"delete from state.{table}")
    connection.execute(f"insert into state.built_identities {_MERGES}")
    connection.execute("insert into state.built_snapshots select as_of_date from intermediate.int_snapshot_dates")
    connection.execute("delete from state.mart_builds where began_at < (select max(began_at) from state.mart_builds)")
    connection.execute("update state.mart_builds set completed_at = ?", [datetime.now(UTC).replace(tzinfo=None)])
    connection.execute("commit")


def definitions_sha256(variables: Mapping[str, object], project: Path = DBT_PROJECT) -> str:
    """One name for all that the marts are made by: models, macros, seeds, vars. Another name, other marts."""
    digest = hashlib.sha256(json.dumps(variables, sort_keys=True).encode())
    for file in sorted(file for pattern in ("*.sql", "*.yml", "*.csv") for file in project.rglob(pattern)):
        digest.update(file.relative_to(project).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def _why_full(connection: duckdb.DuckDBPyConnection, definitions: str) -> str:
    """The reason why an increment will not do, or nothing."""
    builds = connection.execute(
        "select definitions_sha256, completed_at is not null from state.mart_builds order by began_at"
    ).fetchall()
    if not any(completed for _, completed in builds):
        return "there is no complete build to add to"
    if any(made_by != definitions for made_by, _ in builds):
        return "the models, seeds or definitions are other ones"
    return ""


def _forget(connection: duckdb.DuckDBPyConnection) -> None:
    for table in ("mart_builds", *_PENDING, *_BUILT):
        connection.execute(f"delete from state.{table}")


def _find_pending_loads(connection: duckdb.DuckDBPyConnection) -> None:
    loads = " union ".join(f"select distinct _load_id as load_id from raw.{name}" for name in load_contract().tables)
    connection.execute(
        f"insert into state.pending_loads select load_id from ({loads}) as found "
        "except (from state.absorbed_loads) except (from state.pending_loads)"
    )


def _find_remapped_customers(connection: duckdb.DuckDBPyConnection) -> None:
    """Ids that stood for another person when the last build was made."""
    connection.execute(
        f"insert into state.remapped_customers select source_customer_id from ("
        f"(({_MERGES}) except (from state.built_identities)) union ((from state.built_identities) except ({_MERGES})))"
    )


def _find_changed_orders(connection: duckdb.DuckDBPyConnection) -> None:
    """Orders with new rows (or lines that left them), and those that the dates of the builds tell apart."""
    connection.execute("""
        insert into state.changed_orders
        with span as (
            select min(as_of_date) as first_date, max(as_of_date) as last_date from state.mart_builds
        ),
        pending_products as (
            select product_code, unit_cost_amount, _load_id,
                row_number() over (
                    partition by product_code, _load_id in (from state.pending_loads)
                    order by _loaded_at desc, _row_number desc
                ) as age
            from raw.products
        ),
        recosted as (
            select upper(trim(pending.product_code)) as product_code
            from pending_products as pending
            left join pending_products as known
                on known.product_code = pending.product_code and known.age = 1
                and known._load_id not in (from state.pending_loads)
            where pending.age = 1 and pending._load_id in (from state.pending_loads)
                and pending.unit_cost_amount is distinct from known.unit_cost_amount
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
        select order_id from raw.order_items where upper(trim(product_code)) in (from recosted)
    """)


def _find_changed_customers(connection: duckdb.DuckDBPyConnection) -> None:
    """Customers of changed orders, former ones included, and those of whom something else was loaded."""
    about = "".join(
        f" union select customer_id from raw.{name} where ({key}) in "
        f"(select ({key}) from raw.{name} where _load_id in (from state.pending_loads))"
        for name in _ABOUT_CUSTOMERS
        for key in [", ".join(load_contract().tables[name].key)]
    )
    connection.execute(
        "insert into state.changed_customers select customer_id from ("
        f"select customer_id from raw.orders where order_id in (from state.changed_orders){about} "
        "union select source_customer_id from state.remapped_customers"
        ") where customer_id <> ''"
    )


def _find_persons_of_changed_customers(connection: duckdb.DuckDBPyConnection) -> None:
    """Who the changed ids stand or stood for, and the other ids of these persons."""
    persons = f"(({_MERGES}) union (from state.built_identities))"
    for known, wanted in (("source_customer_id", "customer_id"), ("customer_id", "source_customer_id")):
        connection.execute(
            f"insert into state.changed_customers select {wanted} from {persons} "
            f"where {known} in (from state.changed_customers) except (from state.changed_customers)"
        )


def _find_orders_of_changed_customers(connection: duckdb.DuckDBPyConnection) -> None:
    """A return reverses what a customer bought long ago: all of a customer's orders are made anew together."""
    connection.execute(
        "insert into state.changed_orders "
        "select order_id from raw.orders where customer_id in (from state.changed_customers) "
        "except select order_id from state.changed_orders"
    )


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    return connection.execute(f"select count(distinct columns(*)) from {table}").fetchone()[0]
