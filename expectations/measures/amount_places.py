"""Where every unit and amount of raw has gone, in ``quality.amount_places``: each place with its share and its limits.

The ledger says of each line what it is and what became of it; here it is counted. Amounts are as written, in the
currency of the order. The share of a place is that of money, without signs, within its currency; where money says
nothing – the order is unknown, the currency has no rate – that of lines.
"""

from __future__ import annotations

from datetime import date, datetime

import duckdb

from expectations.ledger import LEDGER
from expectations.thresholds import Thresholds
from warehouse.base.rows import as_dicts, insert_rows

_PLACES = f"""
    with
    placed as (
        select
            case
                when movement_status <> 'kept' then movement_status
                when movement_kind = 'head' then 'stated_totals'
                when movement_kind = 'difference' then 'stated_differences'
                when original_amount <> raw_amount then 'turned_signs'
                when line_kind = 'goods' and part = 'return' then 'goods_returned'
                when line_kind = 'goods' then 'goods_sold'
                else line_kind
            end as place,
            case when movement_kind = 'line' then raw_amount else original_amount end as amount,
            currency,
            quantity
        from {LEDGER}
    ),
    places as (
        select
            place,
            currency,
            count(*) as row_count,
            sum(quantity) as unit_quantity,
            sum(amount) as amount,
            sum(abs(amount)) as absolute_amount
        from placed
        group by place, currency
    ),
    orders as (
        select
            unnest(['cancelled_orders', 'reversed_orders', 'customers_without_purchase']) as place,
            unnest([
                count(*) filter (cancelled_at is not null),
                count(*) filter (reversed_at is not null),
                count(*) filter (not is_guest and features.customer_id is null)
            ]) as row_count,
            unnest([
                sum(gross_amount) filter (cancelled_at is not null),
                sum(gross_amount) filter (reversed_at is not null),
                sum(gross_amount) filter (not is_guest and features.customer_id is null)
            ]) as amount,
            sum(gross_amount) as all_amount
        from marts.fct_orders as orders
        left join (select customer_id from marts.customer_features where as_of_date = $as_of_date) as features
            on features.customer_id = orders.customer_id
    )
    select
        place, currency, row_count, unit_quantity, amount,
        case
            when place in ('order_unknown', 'no_exchange_rate', 'after_as_of_date')
                then row_count / sum(row_count) over ()
            else absolute_amount / nullif(sum(absolute_amount) over (partition by currency), 0)
        end as share
    from places
    union all
    select place, null, row_count, null, coalesce(amount, 0), coalesce(amount, 0) / nullif(all_amount, 0) from orders
"""


def write_amount_places(
    connection: duckdb.DuckDBPyConnection, as_of_date: date, thresholds: Thresholds, measured_at: datetime
) -> None:
    """Write the places of a date with their limits; those of the date are replaced.

    Where a table is missing nothing is written: the suite on the structure speaks of it.
    """
    connection.execute("delete from quality.amount_places where as_of_date = ?", [as_of_date])
    try:
        rows = as_dicts(connection.execute(_PLACES, {"as_of_date": as_of_date}))
    except (duckdb.CatalogException, duckdb.BinderException):
        return
    for row in rows:
        limits = thresholds.places.get(row["place"])
        row |= {"as_of_date": as_of_date, "measured_at": measured_at, **(limits.model_dump() if limits else {})}
    insert_rows(connection, "quality.amount_places", rows)
