{{ config(materialized='incremental', pre_hook="{{ forget_changed('order_id') }}") }}

with

orders as (

    select * from {{ changed_only(ref('int_orders_netted'), 'order_id') }}

),

shaped as (

    select
        -- ids
        order_id,
        customer_id,

        -- texts
        order_kind,
        case when cancelled_at is null then 'completed' else 'cancelled' end as order_status,
        currency,
        country,
        sales_channel,

        -- counts
        cast(line_count as integer) as line_count,
        cast(item_count as integer) as item_count,
        cast(unit_quantity as decimal(18, 3)) as unit_quantity,

        -- amounts: a cancelled order keeps its gross amount and nets to nothing
        cast(gross_amount as decimal(18, 2)) as gross_amount,
        cast(return_amount as decimal(18, 2)) as return_amount,
        cast(case when cancelled_at is null then 0 else net_amount end as decimal(18, 2)) as cancelled_amount,
        cast(case when cancelled_at is null then net_amount else 0 end as decimal(18, 2)) as net_amount,
        case
            when cancelled_at is null
                then {{ margin_of('net_amount', 'costed_net_amount', 'costed_margin_amount') }}
        end as net_margin_amount,
        cast(fee_amount as decimal(18, 2)) as fee_amount,
        cast(adjustment_amount as decimal(18, 2)) as adjustment_amount,
        cast(order_amount as decimal(18, 2)) as stated_amount,

        -- booleans
        customer_id is null as is_guest,
        is_demand and voided_at is null as is_purchase,

        -- dates and timestamps
        ordered_at,
        order_date,
        cancelled_at,
        reversed_at
    from orders

)

select * from shaped
