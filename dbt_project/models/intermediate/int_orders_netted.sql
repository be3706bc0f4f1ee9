{{ config(materialized='incremental', pre_hook="{{ forget_changed('order_id') }}") }}

with

-- the run knows nothing from its date on: neither orders nor cancellations
known as (

    select
        order_id,
        customer_id,
        order_kind,
        currency,
        country,
        sales_channel,
        ordered_at,
        order_amount,
        case when cancelled_at < {{ date_literal(var('as_of_date')) }} then cancelled_at end as cancelled_at
    from {{ changed_only(ref('stg_orders'), 'order_id') }}
    where ordered_at < {{ date_literal(var('as_of_date')) }}

),

-- the lines say what an order is worth; only an order without priced lines is worth what its head states
amounts as (

    select
        known.*,
        coalesce(lines.line_count, 0) as line_count,
        coalesce(lines.item_count, 0) as item_count,
        coalesce(lines.unit_quantity, 0) as unit_quantity,
        coalesce(lines.fee_amount, 0) as fee_amount,
        case
            when coalesce(lines.priced_line_count, 0) = 0 and known.order_kind = 'adjustment'
                then coalesce(known.order_amount, 0)
            else coalesce(lines.adjustment_amount, 0)
        end as adjustment_amount,
        case
            when lines.priced_line_count > 0 then lines.sold_amount
            when known.order_kind = 'sale' and known.order_amount > 0 then known.order_amount
            else 0
        end as sold_amount,
        case
            when lines.priced_line_count > 0 then lines.taken_back_amount
            when known.order_kind = 'sale' and known.order_amount < 0 then known.order_amount
            when known.order_kind = 'return' then -abs(coalesce(known.order_amount, 0))
            else 0
        end as taken_back_amount,
        coalesce(lines.discount_amount, 0) as discount_amount,
        coalesce(lines.costed_net_amount, 0) as costed_net_amount,
        coalesce(lines.costed_margin_amount, 0) as costed_margin_amount,
        case when lines.reversed_item_count = lines.item_count then lines.last_reversed_at end as reversed_at
    from known
    left join {{ ref('int_order_items_totalled') }} as lines
        on known.order_id = lines.order_id

),

netted as (

    select
        order_id,
        customer_id,
        order_kind,
        currency,
        country,
        sales_channel,
        ordered_at,
        cast(ordered_at as date) as order_date,
        cancelled_at,
        reversed_at,
        least(cancelled_at, reversed_at) as voided_at,
        order_kind = 'sale' and customer_id is not null and sold_amount > 0 as is_demand,
        line_count,
        item_count,
        unit_quantity,
        order_amount,
        case when order_kind = 'sale' then sold_amount + discount_amount else 0 end as gross_amount,
        case
            when order_kind = 'sale' then -taken_back_amount
            else -(sold_amount + taken_back_amount + discount_amount)
        end as return_amount,
        sold_amount + taken_back_amount + discount_amount as net_amount,
        costed_net_amount,
        costed_margin_amount,
        fee_amount,
        adjustment_amount
    from amounts

)

select * from netted
