-- One row per order.
select
    _row_number,
    "order_id" as order_id,
    "customer_id" as customer_id,
    "order_purchase_timestamp" as ordered_at,
    "order_status" as order_status,
    'BRL' as currency,
    'BR' as country,
    'web' as sales_channel
from landed
