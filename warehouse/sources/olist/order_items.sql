-- One row per piece: three pieces of an article are three lines. Freight is a line of its own beside each.
select
    _row_number,
    "order_id" || '/' || "order_item_id" as order_item_id,
    "order_id" as order_id,
    "order_item_id" as line_number,
    "product_id" as product_code,
    null as product_description,
    '1' as quantity,
    "price" as unit_price_amount,
    null as line_amount,
    'goods' as line_kind
from landed

union all

select
    _row_number,
    "order_id" || '/' || "order_item_id" || '/freight' as order_item_id,
    "order_id" as order_id,
    (try_cast("order_item_id" as integer) + 10000)::varchar as line_number,
    null as product_code,
    'freight' as product_description,
    '1' as quantity,
    null as unit_price_amount,
    "freight_value" as line_amount,
    'shipping' as line_kind
from landed
where coalesce(try_cast("freight_value" as double), 1) <> 0
