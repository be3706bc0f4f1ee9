-- One row per article, at its price before discounts; a line for the discount and one for the tax beside it. What is
-- refunded has negative quantities and amounts, on a document of its own.
with cleaned as (
    select
        *,
        coalesce(lower("Event Type"), 'payment') = 'refund' as is_refund,
        replace(regexp_replace("Gross Sales", '[^0-9.,()-]', '', 'g'), '(', '-').replace(')', '') as gross_amount,
        replace(regexp_replace("Discounts", '[^0-9.,()-]', '', 'g'), '(', '-').replace(')', '') as discount_amount,
        replace(regexp_replace("Tax", '[^0-9.,()-]', '', 'g'), '(', '-').replace(')', '') as tax_amount
    from landed
),

documents as (
    select
        *,
        case when is_refund then "Transaction ID" || '-refund' else "Transaction ID" end as order_id
    from cleaned
),

numbered as (
    select
        *,
        row_number() over (partition by order_id order by _row_number) as place
    from documents
)

select
    _row_number,
    order_id || '/' || place as order_item_id,
    order_id,
    place as line_number,
    coalesce("SKU", concat_ws(', ', "Item", nullif("Price Point Name", 'Regular'))) as product_code,
    concat_ws(', ', "Item", nullif("Price Point Name", 'Regular')) as product_description,
    "Qty" as quantity,
    gross_amount as line_amount,
    case when lower("Itemization Type") like 'gift card%' then 'gift_card' else 'goods' end as line_kind
from numbered

union all

select
    _row_number,
    order_id || '/' || place || '/' || kind as order_item_id,
    order_id,
    place + part_number as line_number,
    null as product_code,
    kind as product_description,
    '1' as quantity,
    amount as line_amount,
    kind as line_kind
from numbered
cross join lateral (
    values ('discount', 10000, discount_amount), ('tax', 20000, tax_amount)
) as part (kind, part_number, amount)
where coalesce(try_cast(amount as double), case when amount is null then 0 else 1 end) <> 0
