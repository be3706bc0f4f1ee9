{{ config(materialized='incremental', pre_hook="{{ forget_changed('customer_id') }}") }}

-- What moved a customer's account, and until when it counted: an order that was cancelled or wholly reversed, and the
-- returns that reversed it, count only for dates up to `voided_at`. `sold_at` is the time of the sale concerned.
with

orders as (

    select *
    from {{ changed_only(ref('int_orders_netted'), 'customer_id') }}
    where customer_id is not null and order_kind in ('sale', 'return')

),

sales as (

    select
        order_id,
        customer_id,
        ordered_at as occurred_at,
        order_date,
        ordered_at as sold_at,
        voided_at,
        is_demand,
        item_count,
        gross_amount,
        return_amount,
        net_amount,
        costed_net_amount,
        costed_margin_amount
    from orders
    where order_kind = 'sale'

),

-- a credit note can reverse several orders, or none: its amount is split by the order it reverses; lines without an
-- amount say nothing of it, and where all are, what the head states counts
return_lines as (

    select
        items.order_id,
        sold.voided_at,
        case when sold.voided_at is not null then sold.ordered_at end as sold_at,
        sum(items.line_amount) as net_amount,
        coalesce(sum(case when items.margin_amount is not null then items.line_amount end), 0) as costed_net_amount,
        coalesce(sum(items.margin_amount), 0) as costed_margin_amount
    from {{ changed_only(ref('int_order_items_classified'), 'customer_id') }} as items
    left join {{ ref('int_order_items_reversed') }} as reversed
        on items.order_item_id = reversed.return_order_item_id
    left join {{ ref('int_orders_netted') }} as sold
        on reversed.order_id = sold.order_id
    where items.line_status = 'kept' and items.line_kind in ('product', 'discount') and items.line_amount <> 0
    group by items.order_id, sold.voided_at, case when sold.voided_at is not null then sold.ordered_at end

),

returns as (

    select
        orders.order_id,
        orders.customer_id,
        orders.ordered_at as occurred_at,
        orders.order_date,
        coalesce(lines.sold_at, orders.ordered_at) as sold_at,
        least(orders.cancelled_at, lines.voided_at) as voided_at,
        orders.is_demand,
        0 as item_count,
        0 as gross_amount,
        -coalesce(lines.net_amount, orders.net_amount) as return_amount,
        coalesce(lines.net_amount, orders.net_amount) as net_amount,
        coalesce(lines.costed_net_amount, 0) as costed_net_amount,
        coalesce(lines.costed_margin_amount, 0) as costed_margin_amount
    from orders
    left join return_lines as lines
        on orders.order_id = lines.order_id
    where orders.order_kind = 'return'

),

movements as (

    select * from sales
    union all
    select * from returns

)

select * from movements
