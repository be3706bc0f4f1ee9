{{ config(materialized='incremental', pre_hook="{{ forget_changed('order_id') }}") }}

with

items as (

    select * from {{ changed_only(ref('int_order_items_classified'), 'order_id') }}
    where line_status = 'kept'

),

reversed as (

    select * from {{ ref('int_order_items_reversed') }}

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

        -- numerics
        items.line_number,
        cast(items.quantity as decimal(18, 3)) as quantity,
        cast(items.unit_price_amount as decimal(18, 4)) as unit_price_amount,
        cast(items.line_amount as decimal(18, 2)) as line_amount,
        cast(items.margin_amount as decimal(18, 2)) as margin_amount,

        -- booleans
        items.customer_id is null as is_guest,

        -- dates and timestamps
        items.ordered_at,
        cast(items.ordered_at as date) as order_date,
        reversed.reversed_at,
        reversed.return_order_item_id as reversed_by_order_item_id
    from items
    left join reversed
        on items.order_item_id = reversed.order_item_id

)

select * from joined
