"""Orders whose lines and stated total differ, in ``quality.amount_differences``.

Amounts are those of the source, in the order's own currency. Every reading that the definitions allow is given a
chance (docs/what-counts.md): copies of a line without number count once, or all of them; an amount beside a negative
quantity is as written, or negative; a return is compared without its sign. Only where none of them gives the stated
total, to the cent, the order is listed.
"""

from __future__ import annotations

from datetime import date, datetime

import duckdb

from expectations.ledger import AS_WRITTEN
from expectations.newest_versions import newest

_TOLERANCE_AMOUNT = "0.01"

_DIFFERENCES = f"""
    with
    stated as (
        select order_id, order_kind, currency, order_amount as stated_amount
        from {newest("orders")}
        where order_amount is not null and ordered_at < $as_of_date
    ),
    lines as (
        select
            order_id,
            line_number,
            case when quantity < 0 then -abs(amount) else amount end as signed_amount,
            amount,
            count(*) as copy_count
        from (
            select
                *,
                {AS_WRITTEN} as amount,
                upper(trim(product_code)) as code,
                trim(product_description) as description
            from {newest("order_items")}
            where order_id in (select order_id from stated)
        ) as priced
        group by order_id, line_number, code, description, quantity, unit_price_amount, line_kind, amount
    ),
    counted as (
        select *, case when line_number is null then 1 else copy_count end as counted_copies from lines
    ),
    sums as (
        select
            order_id,
            sum(amount * counted_copies) as lines_amount,
            sum(amount * copy_count) as all_copies_amount,
            sum(signed_amount * counted_copies) as signed_amount,
            sum(signed_amount * copy_count) as signed_copies_amount,
            sum(copy_count) filter (amount is null) as unpriced_line_count,
            sum(copy_count - counted_copies) as copied_line_count
        from counted
        group by order_id
        having count(amount) > 0
    ),
    compared as (
        select
            stated.*,
            sums.*,
            case when stated.order_kind = 'return' then abs(stated_amount) else stated_amount end as total,
            case when stated.order_kind = 'return' then abs(lines_amount) else lines_amount end as lines_total,
            case when stated.order_kind = 'return' then [abs(r) for r in readings] else readings end as totals
        from (
            select *, [lines_amount, all_copies_amount, signed_amount, signed_copies_amount] as readings from sums
        ) as sums
        inner join stated on stated.order_id = sums.order_id
    )
    select
        $as_of_date as as_of_date,
        compared.order_id,
        order_kind,
        currency,
        stated_amount,
        lines_amount,
        total - lines_total as difference_amount,
        coalesce(unpriced_line_count, 0) as unpriced_line_count,
        copied_line_count,
        coalesce(refused.line_count, 0) as quarantined_line_count,
        $measured_at as measured_at
    from compared
    left join (
        select order_id, count(distinct record_key) as line_count
        from quality.quarantined_rows where table_name = 'order_items' group by order_id
    ) as refused on refused.order_id = compared.order_id
    where list_min([abs(total - r) for r in totals]) > {_TOLERANCE_AMOUNT}
"""


def write_amount_differences(
    connection: duckdb.DuckDBPyConnection, as_of_date: date, runs_kept: int, measured_at: datetime
) -> None:
    """List the orders before a date; those of the date are replaced, and only the dates measured last are kept.

    Where a raw table is missing nothing is written: the suite on the structure speaks of it.
    """
    connection.execute("delete from quality.amount_differences where as_of_date = ?", [as_of_date])
    try:
        connection.execute(
            f"insert into quality.amount_differences by name {_DIFFERENCES}",
            {"as_of_date": as_of_date, "measured_at": measured_at},
        )
    except (duckdb.CatalogException, duckdb.BinderException):
        return
    connection.execute(
        "delete from quality.amount_differences where as_of_date not in (select as_of_date from "
        "quality.amount_differences group by as_of_date order by max(measured_at) desc limit ?)",
        [runs_kept],
    )
