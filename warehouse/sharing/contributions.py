"""What is shared, before noise is put on it: sums to which one customer adds no more than a bound fixed beforehand.

For the noise to hide a customer, no figure may change by more than its bound when that customer's rows are taken out
(docs/privacy.md has the argument). So nothing here depends on the customers among themselves: rows of staging and of
the ledger, each order's own, and neither ranks, nor merged accounts, nor a reporting currency or a date that is read
off the data. A customer is an account of the shop; an order without one is a customer of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import duckdb

from warehouse.sharing.sharing_rules import SharingRules

_CENTS = 100
# One row per account: in no more than one country, whatever the others do.
_COUNTRIES = """
with accounts as (
    select source_customer_id as unit, country from staging.stg_customers
    where registered_at is null or registered_at < $end
),
buyers as (
    select source_customer_id as unit, arg_max(country, (ordered_at, order_id)) as country
    from staging.stg_orders
    where source_customer_id is not null and ordered_at < $end and country is not null
    group by source_customer_id
),
placed as (
    select unit, any_value(coalesce(accounts.country, buyers.country)) as country
    from accounts full join buyers using (unit)
    group by unit
)
select country, count(*) from placed where country is not null group by country
"""
_ORDERS = """
create or replace temp table shared_orders as
with worth as (
    select order_id, sum({amount}) as amount
    from intermediate.int_movements
    where movement_status in ({counted}) and part in ('sale', 'return')
    group by order_id
)
select
    coalesce('c' || source_customer_id, 'o' || order_id) as unit,
    order_id,
    ordered_at,
    date_trunc('month', ordered_at)::date as order_month,
    order_kind = 'sale' as is_purchase,
    (round(amount, 2) * 100)::hugeint as cents
from staging.stg_orders inner join worth using (order_id)
where ordered_at >= $first and ordered_at < $end and (cancelled_at is null or cancelled_at >= $end)
"""
_CLASSES = """
with counted as (
    select unit, count(*) as orders from shared_orders where is_purchase and unit[1] = 'c' group by unit
)
select list_max(list_filter($bounds::bigint[], bound -> bound <= orders)) as class, count(*)
from counted where orders >= $bounds[1] group by class
"""
# Scaled in whole numbers and cut towards zero, so that a customer's amounts together never exceed the bound.
_MONTHS = """
with monthly as (
    select unit, order_month, sum(cents)::hugeint as cents from shared_orders group by all
),
totalled as (
    select *, greatest(sum(abs(cents)) over (partition by unit), $bound::hugeint)::hugeint as total_cents from monthly
)
select order_month, sum(sign(cents) * (abs(cents) * $bound::hugeint // total_cents))::bigint
from totalled group by order_month
"""
_PURCHASES = """
with purchases as (
    select
        least(greatest(cents, 0), $amount::hugeint) as cents,
        row_number() over (partition by unit order by ordered_at desc, order_id) as place
    from shared_orders where is_purchase
)
select coalesce(sum(cents), 0)::bigint, count(*) from purchases where place <= $orders
"""


@dataclass(frozen=True)
class Contributions:
    """Whole numbers by key, and by how much one customer changes them at most, all keys together (L1)."""

    name: str
    values: Mapping[str, int]
    sensitivity: int


def contributions(connection: duckdb.DuckDBPyConnection, end: date, rules: SharingRules) -> tuple[Contributions, ...]:
    """Everything that is shared, exactly: not to be shown to anybody.

    Parameters
    ----------
    end
        The first day of a month; the months before it are counted. Chosen without looking at the data.
    """
    months = months_before(end, rules.month_count)
    _collect_orders(connection, months[0], end)
    countries = dict(connection.execute(_COUNTRIES, {"end": end}).fetchall())
    bounds = list(rules.order_counts_from)
    classes = dict(connection.execute(_CLASSES, {"bounds": bounds}).fetchall())
    amount_bound = rules.amount_per_customer * _CENTS
    sums = dict(connection.execute(_MONTHS, {"bound": amount_bound}).fetchall())
    limits = {"amount": rules.amount_per_order * _CENTS, "orders": rules.orders_per_customer}
    [(cents, count)] = connection.execute(_PURCHASES, limits).fetchall()
    return (
        Contributions("customers_by_country", dict(sorted(countries.items())), 1),
        Contributions("customers_by_order_count", {str(one): classes.get(one, 0) for one in bounds}, 1),
        Contributions("sales_by_month", {f"{month:%Y-%m}": sums.get(month, 0) for month in months}, amount_bound),
        Contributions("order_amounts", {"cents": cents}, limits["amount"] * rules.orders_per_customer),
        Contributions("order_counts", {"orders": count}, rules.orders_per_customer),
    )


def months_before(end: date, count: int) -> list[date]:
    """First days of the months before a date, the oldest first."""
    last = end.year * 12 + end.month - 1
    return [date(number // 12, number % 12 + 1, 1) for number in range(last - count, last)]


def _collect_orders(connection: duckdb.DuckDBPyConnection, first: date, end: date) -> None:
    """The orders of the months, each worth what its own ledger rows add up to.

    Where the source names no reporting currency, the marts take the one of most orders, which one customer may turn:
    amounts are added up as written then.
    """
    [(is_currency_named,)] = connection.execute(
        "select coalesce(bool_or(nullif(trim(reporting_currency), '') is not null), false) from state.source_settings"
    ).fetchall()
    kept = {"amount": "amount", "counted": "'kept'"}
    as_written = {"amount": "original_amount", "counted": "'kept', 'no_exchange_rate'"}
    statement = _ORDERS.format_map(kept if is_currency_named else as_written)
    connection.execute(statement, {"first": first, "end": end})
