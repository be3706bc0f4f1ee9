"""What is known on a date, from the raw ledger: what the marts net away (quick reversals, adjustments) is in it.

Temporary tables of the connection: `anomaly_lines` (lines that count), `anomaly_goods` (goods sold, with what is
usual), `anomaly_orders` (documents that sold goods or state a total, with what became of them).
"""

from __future__ import annotations

from datetime import date

import duckdb
import pandas as pd

from ml.jobs.anomalies.configuration import AnomaliesConfiguration

_LINES = """
create or replace temp table anomaly_lines as
select
    movement_id, order_id, customer_id, order_kind, occurred_at, product_code, product_description, line_kind,
    coalesce(pseudo_product_kind, line_kind) as what, part,
    cast(quantity as double) as quantity,
    cast(unit_price_amount as double) * coalesce(cast(exchange_rate as double), 1) as price,
    cast(amount as decimal(38, 9)) as amount -- no double: sums must be the same in whatever order the rows come
from intermediate.int_movements
where movement_status = 'kept' and order_date < $as_of_date
"""

# Medians in logarithms: a wrong price or quantity does not move them. The usual price is that of the quarter if known.
_USUAL = """
create or replace temp table anomaly_usual as
select
    product_code, quarter,
    median(ln(quantity)) as log_quantity, median(ln(price)) as log_price,
    count(*) as line_count, count(distinct coalesce(customer_id, order_id)) as customer_count
from (
    select *, unnest([date_trunc('quarter', occurred_at), null]) as quarter
    from anomaly_lines
    where part = 'sale' and line_kind = 'goods' and quantity > 0 and price > 0
)
group by all
having line_count >= $lines and customer_count >= $customers
"""

_GOODS = """
create or replace temp table anomaly_goods as
with sold as (
    select * from anomaly_lines where part = 'sale' and line_kind = 'goods' and quantity > 0 and price is not null
),
of_customers as (
    select customer_id, median(ln(quantity)) as log_quantity
    from sold
    where customer_id is not null and price > 0
    group by 1
    having count(*) >= $own
)
select
    sold.movement_id, sold.order_id, sold.customer_id, sold.occurred_at, sold.product_code, sold.product_description,
    sold.quantity, sold.price, sold.amount,
    ever.log_quantity is not null as is_product_known,
    coalesce(ever.log_quantity, shop.log_quantity) as usual_log_quantity,
    of_customers.log_quantity as own_log_quantity,
    coalesce(recent.log_price, ever.log_price) as usual_log_price,
    -- how far off, in logarithms; unknown for what costs nothing
    case when sold.price > 0 then
        ln(sold.quantity) - greatest(usual_log_quantity, coalesce(own_log_quantity, usual_log_quantity))
    end as log_quantity_ratio,
    case when sold.price > 0 then abs(ln(sold.price) - usual_log_price) end as log_price_ratio
from sold
cross join (select median(ln(quantity)) as log_quantity from sold where price > 0) as shop
left join anomaly_usual as ever on sold.product_code = ever.product_code and ever.quarter is null
left join anomaly_usual as recent
    on sold.product_code = recent.product_code and recent.quarter = date_trunc('quarter', sold.occurred_at)
left join of_customers on sold.customer_id = of_customers.customer_id
"""

_ORDERS = """
create or replace temp table anomaly_orders as
with sold as (
    select
        order_id, any_value(customer_id) as customer_id, min(occurred_at) as ordered_at,
        cast(sum(amount) as double) as amount, count(*) as line_count,
        -- the same for the same lines in whatever order; lines sorted within each order took gigabytes
        cast(sum(hash(product_code, product_description, quantity, price, amount)) as varchar) as basket
    from anomaly_lines
    where part = 'sale' and order_kind = 'sale'
    group by order_id
    having sum(amount) > 0
),
unusual as (
    select
        order_id,
        max(log_quantity_ratio) as log_quantity_ratio,
        max(log_price_ratio) as log_price_ratio
    from anomaly_goods
    group by 1
),
taken as (
    select order_id, max(from_at) as taken_at, -cast(sum(cast(amount as decimal(38, 9))) as double) as taken_amount
    from intermediate.int_takebacks
    where record_kind = 'take' and from_at < $as_of_date and (until_at is null or until_at >= $as_of_date)
    group by 1
),
heads as (
    select order_id, case when cancelled_at < $as_of_date then cancelled_at end as cancelled_at
    from intermediate.int_order_heads
)
select
    sold.*, unusual.log_quantity_ratio, unusual.log_price_ratio, heads.cancelled_at, taken.taken_at,
    coalesce(taken.taken_amount, 0) as taken_amount
from sold
left join unusual on sold.order_id = unusual.order_id
left join taken on sold.order_id = taken.order_id
left join heads on sold.order_id = heads.order_id
"""


def read_ledger(
    connection: duckdb.DuckDBPyConnection, as_of_date: date, configuration: AnomaliesConfiguration
) -> pd.DataFrame:
    """Create the temporary tables as of a date; gives the orders, sorted by time."""
    day = {"as_of_date": as_of_date}
    connection.execute(_LINES, day)
    connection.execute(
        _USUAL,
        {
            "lines": configuration.usual_minimum_line_count,
            "customers": configuration.usual_minimum_customer_count,
        },
    )
    connection.execute(_GOODS, {"own": configuration.own_minimum_count})
    connection.execute(_ORDERS, day)
    return connection.execute("select * from anomaly_orders order by ordered_at, order_id").df()
