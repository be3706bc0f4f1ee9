{{ incremental_by('order_id') }}

with

items as {{ inlined() }} (

    select * from {{ changed(ref('int_movements')) }}
    where movement_kind = 'line' and movement_status in ('kept', 'no_exchange_rate')

),

reversals as (

    select
        record_kind,
        order_id,
        movement_id,
        from_at as reversed_at,
        case when return_movement_id like 'line:%' then substring(return_movement_id, 6) end as return_order_item_id
    from {{ ref('int_takebacks') }}
    where record_kind in ('line_reversal', 'order_reversal') and until_at is null

),

-- a line is reversed by itself, or with its whole order where a document without lines took that back
reversed_items as (

    select
        items.order_item_id,
        coalesce(own.reversed_at, whole.reversed_at) as reversed_at,
        coalesce(own.return_order_item_id, whole.return_order_item_id) as return_order_item_id
    from items
    inner join reversals as whole
        on items.order_id = whole.order_id
    left join reversals as own
        on items.movement_id = own.movement_id
    where
        whole.record_kind = 'order_reversal'
        and items.part = 'sale'
        and items.line_kind = 'goods'
        and items.original_amount > 0

    union

    select
        items.order_item_id,
        own.reversed_at,
        own.return_order_item_id
    from items
    inner join reversals as own
        on items.movement_id = own.movement_id

),

joined as (

    select
        -- ids
        items.order_item_id,
        items.order_id,
        items.customer_id,
        items.product_code,

        -- texts
        items.order_kind,
        items.line_kind,
        items.pseudo_product_kind,
        items.product_description,
        items.currency,

        -- numerics
        items.line_number,
        cast(items.quantity as decimal(18, 6)) as quantity,
        cast({{ rounded('items.unit_price_amount', 6) }} as decimal(18, 6)) as unit_price_amount,
        {{ in_cents('items.amount') }} as line_amount,
        {{ in_cents('items.original_amount') }} as original_line_amount,
        {{ in_cents('items.margin_amount') }} as margin_amount,

        -- booleans
        items.customer_id is null as is_guest,

        -- dates and timestamps
        items.occurred_at as ordered_at,
        items.order_date,
        reversed_items.reversed_at,
        reversed_items.return_order_item_id as reversed_by_order_item_id
    from items
    left join reversed_items
        on items.order_item_id = reversed_items.order_item_id

)

select * from joined
