"""Figures for others, with noise: nobody can tell from them whether one customer is among the customers.

The unit that is protected is one customer with all orders, or one order of a guest. Each figure's noise is fitted to
what one customer can change at most (contributions are bounded) and to its part of the budget; budgets add up.
"""

from __future__ import annotations

import csv
import math
import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path

import duckdb
import yaml
from pydantic import BaseModel, ConfigDict, model_validator

from warehouse.definitions import DBT_PROJECT
from warehouse.privacy.noise import SECURE, noisy

_CENTS = 100


class SharingRules(BaseModel):
    """Bounds and parts of the budget, as in sharing.yml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    budget_shares: Mapping[str, float]
    month_count: int
    amount_per_customer: int
    orders_per_customer: int
    amount_per_order: int
    delta: float

    @model_validator(mode="after")
    def _shares_add_up(self) -> SharingRules:
        if sum(map(_exact, self.budget_shares.values())) != 1:
            raise ValueError("budget_shares must add up to 1")
        return self


@dataclass(frozen=True)
class Figure:
    """One noisy figure of a file."""

    figure: str
    key: str
    value: float | int | None
    unit: str


@cache
def load_sharing_rules() -> SharingRules:
    """Read and check sharing.yml."""
    return SharingRules.model_validate(yaml.safe_load(Path(__file__).with_name("sharing.yml").read_text("utf-8")))


def noisy_figures(
    connection: duckdb.DuckDBPyConnection,
    as_of_date: date,
    epsilon: float,
    rules: SharingRules,
    generator: random.Random = SECURE,
) -> list[Figure]:
    """All figures of the marts, which together spend epsilon (and the rules' delta)."""
    budgets = {name: _exact(epsilon) * _exact(share) for name, share in rules.budget_shares.items()}
    figures = _by_country(connection, budgets["customers_by_country"], rules.delta, generator)
    figures += _by_segment(connection, as_of_date, budgets["customers_by_segment"], generator)
    figures += _by_month(connection, as_of_date, budgets["sales_by_month"], rules, generator)
    return figures + _mean_order(connection, as_of_date, budgets["mean_order_amount"], rules, generator)


def country_bound(epsilon: Fraction, delta: float) -> int:
    """Noisy count from which on a country is named.

    A country of one customer is named where the noise is at least bound - 1, which has a probability below
    exp(-epsilon (bound - 1)) <= delta.
    """
    return 1 + math.ceil(math.log(1 / delta) / float(epsilon))


def _by_country(
    connection: duckdb.DuckDBPyConnection, epsilon: Fraction, delta: float, generator: random.Random
) -> list[Figure]:
    """A customer stands in one country: the counts together change by one."""
    rows = connection.execute(
        "select country, count(*) from marts.dim_customers where country is not null group by country order by country"
    ).fetchall()
    counts = [(country, noisy(count, 1, epsilon, generator)) for country, count in rows]
    bound = country_bound(epsilon, delta)
    return [Figure("customers_by_country", name, count, "customers") for name, count in counts if count >= bound]


def _by_segment(
    connection: duckdb.DuckDBPyConnection, as_of_date: date, epsilon: Fraction, generator: random.Random
) -> list[Figure]:
    """Segment names are those of the definition, whether anybody is in them or not; no cell is held back."""
    counts = dict(
        connection.execute(
            "select rfm_segment_name, count(*) from marts.customer_rfm where as_of_date = ? group by rfm_segment_name",
            [as_of_date],
        ).fetchall()
    )
    return [
        Figure("customers_by_segment", name, noisy(counts.get(name, 0), 1, epsilon, generator), "customers")
        for name in _segment_names()
    ]


def _segment_names() -> list[str]:
    with (DBT_PROJECT / "seeds" / "rfm_segments.csv").open(encoding="utf-8", newline="") as seed:
        return sorted({row["segment_name"] for row in csv.DictReader(seed)})


def _by_month(
    connection: duckdb.DuckDBPyConnection,
    as_of_date: date,
    epsilon: Fraction,
    rules: SharingRules,
    generator: random.Random,
) -> list[Figure]:
    """A customer's amounts over all months together are bounded, so that the sums together change by the bound."""
    months = _months_before(as_of_date, rules.month_count)
    bound_cents = rules.amount_per_customer * _CENTS
    # Scaled in whole numbers and cut towards zero, so that a customer's amounts together never exceed the bound.
    rows = connection.execute(
        """
        with monthly as (
            select
                coalesce('c' || customer_id, 'o' || order_id) as unit,
                date_trunc('month', ordered_at)::date as order_month,
                (sum(net_amount) * 100)::hugeint as cents
            from marts.fct_orders
            where ordered_at >= $first and ordered_at < $end
            group by all
        ),
        totalled as (
            select *, greatest(sum(abs(cents)) over (partition by unit), $bound::hugeint)::hugeint as total_cents
            from monthly
        )
        select order_month, sum(sign(cents) * (abs(cents) * $bound::hugeint // total_cents))::bigint
        from totalled
        group by order_month
        """,
        {"first": months[0], "end": as_of_date.replace(day=1), "bound": bound_cents},
    ).fetchall()
    sums = dict(rows)
    noisy_sums = {month: noisy(sums.get(month, 0), bound_cents, epsilon, generator) for month in months}
    return [Figure("sales_by_month", f"{month:%Y-%m}", cents / _CENTS, "amount") for month, cents in noisy_sums.items()]


def _mean_order(
    connection: duckdb.DuckDBPyConnection,
    as_of_date: date,
    epsilon: Fraction,
    rules: SharingRules,
    generator: random.Random,
) -> list[Figure]:
    """Noisy sum by noisy count of bounded purchases; the quotient needs no budget of its own."""
    [(cents, count)] = connection.execute(
        """
        with purchases as (
            select
                least(greatest(net_amount, 0), $amount) * 100 as cents,
                row_number() over (
                    partition by coalesce('c' || customer_id, 'o' || order_id) order by ordered_at desc, order_id
                ) as place
            from marts.fct_orders
            where order_kind = 'sale' and cancelled_at is null and ordered_at < $end
        )
        select coalesce(sum(trunc(cents)), 0)::bigint, count(*) from purchases where place <= $orders
        """,
        {"amount": rules.amount_per_order, "orders": rules.orders_per_customer, "end": as_of_date},
    ).fetchall()
    amount_bound = rules.orders_per_customer * rules.amount_per_order * _CENTS
    noisy_cents = noisy(cents, amount_bound, epsilon / 2, generator)
    noisy_count = noisy(count, rules.orders_per_customer, epsilon / 2, generator)
    mean = round(noisy_cents / noisy_count / _CENTS, 2) if noisy_count > 0 else None
    return [
        Figure("mean_order_amount", "bounded orders", noisy_count, "orders"),
        Figure("mean_order_amount", "mean", mean, "amount"),
    ]


def _months_before(as_of_date: date, count: int) -> list[date]:
    """First days of the complete months before a date, the oldest first."""
    last = as_of_date.year * 12 + as_of_date.month - 1
    return [date(number // 12, number % 12 + 1, 1) for number in range(last - count, last)]


def _exact(number: float) -> Fraction:
    return Fraction(str(number))
