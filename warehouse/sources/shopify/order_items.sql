-- One row per article; and, made of what stands on the first line of an order: its discount, shipping, duties and tax, and
-- what was refunded. Tax is a line only where it comes on top of the prices: where they include it, it is in the goods.
with orders as (
    select
        *,
        row_number() over (partition by "Name" order by _row_number) as line_number,
        try_cast("Lineitem quantity" as decimal(18, 6)) * try_cast("Lineitem price" as decimal(20, 10)) as goods,
        "Subtotal" is not null and "Total" is not null as is_head,
        try_cast("Subtotal" as decimal(18, 4)) as goods_less_discount,
        coalesce(try_cast("Shipping" as decimal(18, 4)), 0) as shipping_amount,
        coalesce(try_cast("Taxes" as decimal(18, 4)), 0) as tax_amount,
        coalesce(try_cast("Duties" as decimal(18, 4)), 0) as duty_amount,
        max(try_cast("Total" as decimal(18, 4))) over (partition by "Name") as order_amount,
        coalesce(max(try_cast("Refunded Amount" as decimal(18, 4))) over (partition by "Name"), 0) as refunded,
        max("Cancelled at") over (partition by "Name") is not null as is_cancelled
    from landed
),

summed as (
    select
        *,
        sum(goods) over (partition by "Name") as all_goods,
        case
            when abs(goods_less_discount + shipping_amount + tax_amount + duty_amount - order_amount) < 0.005
                then tax_amount
            else 0
        end as tax_on_top,
        refunded > 0 and not is_cancelled as has_refund,
        refunded >= order_amount as is_refunded_whole
    from orders
),

lines as (
    select
        _row_number,
        "Name" || '/' || line_number as order_item_id,
        "Name" as order_id,
        line_number,
        coalesce("Lineitem sku", "Lineitem name") as product_code,
        "Lineitem name" as product_description,
        "Lineitem quantity" as quantity,
        "Lineitem price" as unit_price_amount,
        null as line_amount,
        case when lower("Lineitem name") like '%gift card%' then 'gift_card' else 'goods' end as line_kind
    from orders

    union all

    -- A whole refund gives back the same articles …
    select
        _row_number,
        "Name" || '-refund/' || line_number as order_item_id,
        "Name" || '-refund' as order_id,
        line_number,
        coalesce("Lineitem sku", "Lineitem name") as product_code,
        "Lineitem name" as product_description,
        (-try_cast("Lineitem quantity" as decimal(18, 6)))::varchar as quantity,
        "Lineitem price" as unit_price_amount,
        null as line_amount,
        case when lower("Lineitem name") like '%gift card%' then 'gift_card' else 'goods' end as line_kind
    from summed
    where has_refund and is_refunded_whole

    union all

    -- … of a part, the export does not say which: it is goods without a name, and the tax in it pro rata.
    select
        _row_number,
        "Name" || '-refund/part' as order_item_id,
        "Name" || '-refund' as order_id,
        10001 as line_number,
        null as product_code,
        'Part of the order refunded' as product_description,
        '-1' as quantity,
        null as unit_price_amount,
        (-refunded + round(refunded * tax_on_top / order_amount, 2))::varchar as line_amount,
        'goods' as line_kind
    from summed
    where is_head and has_refund and not is_refunded_whole
),

parts as (
    select
        summed.*,
        part.*
    from summed
    cross join lateral (
        values
        ('discount', 10002, goods_less_discount - all_goods),
        ('shipping', 10003, shipping_amount),
        ('fee', 10004, duty_amount),
        ('tax', 10005, tax_on_top)
    ) as part (kind, place, amount)
    where is_head
),

charges as (
    select
        _row_number,
        "Name" || '/' || kind as order_item_id,
        "Name" as order_id,
        place as line_number,
        null as product_code,
        kind as product_description,
        '1' as quantity,
        null as unit_price_amount,
        amount::varchar as line_amount,
        kind as line_kind
    from parts
    where amount <> 0

    union all

    select
        _row_number,
        "Name" || '-refund/' || kind as order_item_id,
        "Name" || '-refund' as order_id,
        place as line_number,
        null as product_code,
        kind as product_description,
        '1' as quantity,
        null as unit_price_amount,
        (case when is_refunded_whole then -amount else -round(refunded * amount / order_amount, 2) end)::varchar as line_amount,
        kind as line_kind
    from parts
    where has_refund and amount <> 0 and (is_refunded_whole or kind = 'tax')
)

select * from lines
union all
select * from charges
