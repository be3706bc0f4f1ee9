-- One row per order, and one per order of which something was refunded: the export does not say when, so it is dated on the
-- day of the order.
with heads as (
    select
        "order_id" as order_number,
        lower(max("billing_email")) as customer_id,
        min("date") as ordered_at,
        min("status") as order_status,
        max("order_total") as order_total,
        max("refunded_total") as refunded_total,
        upper(min("order_currency")) as currency,
        coalesce(min("shipping_country"), min("billing_country")) as country
    from accepted
    group by "order_id"
)

select
    order_number as order_id,
    customer_id,
    ordered_at,
    'sale' as order_kind,
    order_status,
    order_total as order_amount,
    currency,
    country,
    'web' as sales_channel
from heads

union all

select
    order_number || '-refund' as order_id,
    customer_id,
    ordered_at,
    'return' as order_kind,
    order_status,
    refunded_total as order_amount,
    currency,
    country,
    'web' as sales_channel
from heads
where abs(try_cast(refunded_total as decimal(18, 4))) > 0
