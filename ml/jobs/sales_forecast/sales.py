"""Sales by period as they were known on a date: read from the ledger of movements."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb
import pandas as pd

from warehouse.base.dbt_macros import dbt_macro

UNKNOWN, OTHERS, TOTAL = "unknown", "others", "total"
MEASURES = ("revenue", "orders", "customers")

# An order stands from its own moment (or from when a reversal ended) until it is cancelled or reversed; guests' orders
# are not among the movements of customers. Money stands on the day of each document, as in marts.monthly_sales.
_COMMON = """
with documents as (
    select order_id, customer_id, order_date, coalesce(country, $unknown) as country, is_sale_of_goods, returned_amount
    from intermediate.int_orders_netted
    where ordered_at < $day::timestamp and (cancelled_at is null or cancelled_at >= $day::timestamp)
),
purchases as (
    select documents.*
    from intermediate.int_customer_movements as movements
    inner join documents using (order_id)
    where movements.movement_part = 'sale' and movements.is_demand and movements.occurred_at < $day::timestamp
        and {stands}
    union all
    select * from documents where customer_id is null and is_sale_of_goods
),
-- what a return took back of an order that was cancelled by then is undone already
void_returns as (
    select portions.order_id, sum(portions.amount) as amount
    from intermediate.int_return_portions as portions
    inner join intermediate.int_orders_netted as sold on portions.sold_order_id = sold.order_id
    where sold.cancelled_at < $day::timestamp
    group by portions.order_id
),
lines as (
    select
        documents.order_id,
        documents.order_date,
        documents.country,
        coalesce(products.category, $unknown) as category,
        movements.part = 'sale' and movements.line_kind = 'goods' and movements.original_amount > 0 as is_item,
        -- no double: sums must be the same in whatever order the rows come
        cast(
            case
                when movements.part = 'return' and void_returns.amount <> 0 and documents.returned_amount <> 0
                    then movements.amount * (1 - void_returns.amount / documents.returned_amount)
                else movements.amount
            end as decimal(38, 9)
        ) as amount
    from intermediate.int_movements as movements
    inner join documents using (order_id)
    left join marts.dim_products as products using (product_code)
    left join void_returns using (order_id)
    where movements.part in ('sale', 'return') and movements.occurred_at < $day::timestamp
        and movements.movement_status in ('kept', 'no_exchange_rate')
)
"""

_RANKED = """
, recent as (
    select * from purchases where order_date >= $day::date - $ranked_by_days::integer
)
select 'country' as level_name, country as series_name, count(distinct order_id) as order_count
from recent group by all
union all
select 'category', lines.category, count(distinct recent.order_id)
from recent inner join lines using (order_id) where lines.is_item group by all
order by level_name, order_count desc, series_name
"""

_BY_PERIOD = """
, bought as (
    select
        order_id, customer_id, date_trunc($frequency, order_date)::date as period_start_date,
        case when list_contains($countries::varchar[], country) then country else $others end as country,
        row_number() over (
            partition by customer_id, date_trunc($frequency, order_date) order by order_date desc, order_id desc
        ) as number_from_last
    from purchases
),
moved as (
    select
        order_id, date_trunc($frequency, order_date)::date as period_start_date, amount, is_item,
        case when list_contains($countries::varchar[], country) then country else $others end as country,
        case when list_contains($categories::varchar[], category) then category else $others end as category
    from lines
),
items as (
    select distinct bought.order_id, bought.customer_id, bought.period_start_date, moved.category
    from bought inner join moved using (order_id) where moved.is_item
)
select 'revenue' as measure_name, 'total' as level_name, $total as series_name, period_start_date,
    sum(amount)::double as value
from moved group by all
union all
select 'revenue', 'country', country, period_start_date, sum(amount)::double from moved group by all
union all
select 'revenue', 'category', category, period_start_date, sum(amount)::double from moved group by all
union all
select 'orders', 'total', $total, period_start_date, count(distinct order_id) from bought group by all
union all
select 'orders', 'country', country, period_start_date, count(distinct order_id) from bought group by all
union all
select 'orders', 'category', category, period_start_date, count(distinct order_id) from items group by all
union all
select 'customers', 'total', $total, period_start_date, count(distinct customer_id)
from bought where customer_id is not null group by all
union all
-- a customer counts in the country of the period's last order, so that countries add up
select 'customers', 'country', country, period_start_date, count(distinct customer_id)
from bought where customer_id is not null and number_from_last = 1 group by all
union all
select 'customers', 'category', category, period_start_date, count(distinct customer_id)
from items where customer_id is not null group by all
"""


@dataclass(frozen=True)
class Sales:
    """The ledger of one date.

    Parameters
    ----------
    as_of_date
        Nothing that happened on this day or later is read, and nothing that became known then.
    """

    connection: duckdb.DuckDBPyConnection
    as_of_date: date

    def reach(self) -> tuple[date, date] | None:
        """The days of the first and of the last standing order; None without any."""
        found = self._read("select min(order_date) as first, max(order_date) as last from purchases").iloc[0]
        return None if pd.isna(found["first"]) else (found["first"].date(), found["last"].date())

    def ranked(self, ranked_by_days: int) -> pd.DataFrame:
        """Countries and categories by their orders in so many days: `level_name`, `series_name`, `order_count`."""
        return self._read(_RANKED, ranked_by_days=ranked_by_days)

    def by_period(self, frequency: str, countries: list[str], categories: list[str]) -> pd.DataFrame:
        """Sums of weeks (from Monday) or months, those in progress included; all other parts are `others`.

        Returns
        -------
        DataFrame
            `measure_name`, `level_name`, `series_name`, `period_start_date`, `value`; only periods with anything.
        """
        return self._read(
            _BY_PERIOD, frequency=frequency, countries=countries, categories=categories, others=OTHERS, total=TOTAL
        )

    def _read(self, query: str, **parameters: object) -> pd.DataFrame:
        stands = dbt_macro("held_at")("$day::timestamp", "movements.counts_from_at", "movements.counts_until_at")
        known = {"day": self.as_of_date, "unknown": UNKNOWN}
        return self.connection.execute(_COMMON.format(stands=stands) + query, known | parameters).df()
