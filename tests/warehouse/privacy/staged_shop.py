"""The staged rows and the ledger of a small shop, as far as sharing reads them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import duckdb

from warehouse.sharing.contributions import Contributions, contributions
from warehouse.sharing.sharing_rules import load_sharing_rules

END = date(2024, 5, 1)
_TABLES = """
create schema if not exists staging; create schema if not exists intermediate; create schema if not exists state;
create table staging.stg_customers (source_customer_id varchar, country varchar, registered_at timestamp);
create table staging.stg_orders (
    order_id varchar, source_customer_id varchar, ordered_at timestamp, order_kind varchar, country varchar,
    cancelled_at timestamp
);
create table intermediate.int_movements (
    order_id varchar, movement_status varchar, part varchar, amount decimal(28, 10), original_amount decimal(28, 10)
);
create table state.source_settings (reporting_currency varchar, amounts_from varchar);
insert into state.source_settings values (null, 'lines');
"""


@dataclass(frozen=True)
class Account:
    """A customer and the orders: day and amount."""

    name: str | None
    country: str | None = None
    orders: tuple[tuple[str, float], ...] = ()


def fill(connection: duckdb.DuckDBPyConnection, accounts: Iterable[Account], reached: date = END) -> None:
    """Write the accounts, and marts that reach up to a date."""
    connection.execute(_TABLES)
    connection.execute("create table intermediate.int_snapshot_dates as select ?::date as as_of_date", [reached])
    known, orders, worth = [], [], []
    for at, account in enumerate(accounts):
        if account.name is not None:
            known.append((account.name, account.country))
        for number, (day, amount) in enumerate(account.orders):
            order = f"{at}-{number}"
            orders.append((order, account.name, day, "sale" if amount >= 0 else "return"))
            worth.append((order, "sale" if amount >= 0 else "return", amount))
    # Whole columns at once: rows one by one take seconds.
    for statement, rows in (
        ("insert into staging.stg_customers select unnest($1), unnest($2), null", known),
        ("insert into staging.stg_orders select unnest($1), unnest($2), unnest($3), unnest($4), null, null", orders),
        ("insert into intermediate.int_movements select unnest($1), 'kept', unnest($2), unnest($3), unnest($3)", worth),
    ):
        if rows:
            connection.execute(statement, [list(column) for column in zip(*rows, strict=True)])


def exactly(accounts: Iterable[Account]) -> dict[str, Contributions]:
    """What would be shared of a shop, without noise."""
    with duckdb.connect() as connection:
        fill(connection, accounts)
        return {one.name: one for one in contributions(connection, END, load_sharing_rules())}
