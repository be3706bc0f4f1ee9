-- One row per article at its price before discounts; a line for what was taken off it; on the order's first row lines for
-- shipping, fees and tax; and a document of its own for what was refunded. Prices are without tax.
with numbered as (
    select
        *,
        row_number() over (partition by "order_id" order by _row_number) as place,
        coalesce("item_sku", "item_product_id", "item_name") as product_code,
        abs(try_cast("item_quantity" as decimal(18, 6))) as units,
        try_cast("item_total" as decimal(18, 4)) as paid_amount,
        coalesce(try_cast("item_subtotal" as decimal(18, 4)), try_cast("item_total" as decimal(18, 4))) as full_amount,
        coalesce(try_cast("shipping_total" as decimal(18, 4)), 0) as shipping_amount,
        coalesce(try_cast("fee_total" as decimal(18, 4)), 0) as fee_amount,
        coalesce(try_cast("tax_total" as decimal(18, 4)), 0) as tax_amount,
        try_cast("order_total" as decimal(18, 4)) as order_amount,
        abs(coalesce(try_cast("refunded_total" as decimal(18, 4)), 0)) as refunded_amount,
        abs(coalesce(try_cast("item_refunded" as decimal(18, 4)), 0)) as item_refunded_amount,
        abs(coalesce(try_cast("item_refunded_qty" as decimal(18, 6)), 0)) as refunded_units
    from landed
),

orders as (
    select
        *,
        place = 1 as is_first,
        refunded_amount > 0 and refunded_amount >= order_amount as is_refunded_whole,
        sum(item_refunded_amount) over (partition by "order_id") as known_refunds_amount
    from numbered
),

goods as (
    select
        _row_number,
        "order_id" || '/' || coalesce("item_id", place::varchar) as order_item_id,
        "order_id" as order_id,
        place as line_number,
        product_code,
        "item_name" as product_description,
        "item_quantity" as quantity,
        coalesce("item_subtotal", "item_total") as line_amount,
        'goods' as line_kind
    from orders

    union all

    select
        _row_number,
        "order_id" || '/' || coalesce("item_id", place::varchar) || '/discount' as order_item_id,
        "order_id" as order_id,
        10000 + place as line_number,
        null as product_code,
        'discount' as product_description,
        '1' as quantity,
        (paid_amount - full_amount)::varchar as line_amount,
        'discount' as line_kind
    from orders
    where paid_amount <> full_amount
),

-- Of articles that were refunded, their amount; of a whole order, what was paid for each.
refunds as (
    select
        _row_number,
        "order_id" || '-refund/' || coalesce("item_id", place::varchar) as order_item_id,
        "order_id" || '-refund' as order_id,
        place as line_number,
        product_code,
        "item_name" as product_description,
        (-case when is_refunded_whole then units else greatest(refunded_units, 1) end)::varchar as quantity,
        (-case when is_refunded_whole then paid_amount else item_refunded_amount end)::varchar as line_amount,
        'goods' as line_kind
    from orders
    where is_refunded_whole or item_refunded_amount > 0

    union all

    -- An amount without articles is goods without a name, and the tax in it pro rata.
    select
        _row_number,
        "order_id" || '-refund/part' as order_item_id,
        "order_id" || '-refund' as order_id,
        10001 as line_number,
        null as product_code,
        'Part of the order refunded' as product_description,
        '-1' as quantity,
        (round(refunded_amount * tax_amount / order_amount, 2) - refunded_amount)::varchar as line_amount,
        'goods' as line_kind
    from orders
    where is_first and not is_refunded_whole and refunded_amount > 0 and known_refunds_amount = 0
),

parts as (
    select
        orders.*,
        part.*
    from orders
    cross join lateral (
        values
        ('shipping', 20001, shipping_amount, case when is_refunded_whole then -shipping_amount else 0 end),
        ('fee', 20002, fee_amount, case when is_refunded_whole then -fee_amount else 0 end),
        (
            'tax',
            20003,
            tax_amount,
            case
                when is_refunded_whole then -tax_amount
                when known_refunds_amount = 0 then -round(refunded_amount * tax_amount / order_amount, 2)
                -- Beyond the articles, tax and shipping came back.
                else known_refunds_amount - refunded_amount
            end
        )
    ) as part (kind, part_number, charged_amount, given_back_amount)
    where is_first
),

charges as (
    select
        _row_number,
        "order_id" || '/' || kind as order_item_id,
        "order_id" as order_id,
        part_number as line_number,
        null as product_code,
        kind as product_description,
        '1' as quantity,
        charged_amount::varchar as line_amount,
        kind as line_kind
    from parts
    where charged_amount <> 0

    union all

    select
        _row_number,
        "order_id" || '-refund/' || kind as order_item_id,
        "order_id" || '-refund' as order_id,
        part_number as line_number,
        null as product_code,
        kind as product_description,
        '1' as quantity,
        given_back_amount::varchar as line_amount,
        kind as line_kind
    from parts
    where refunded_amount > 0 and given_back_amount <> 0
)

select * from goods
union all
select * from refunds
union all
select * from charges
