{{ incremental_by('customer_id') }}

-- What moved a customer's account, and of which dates that is true: from `counts_from_at` until `counts_until_at`.
-- While an order is reversed, neither it nor what took it back counts, but what the returns left of it (`residual`).
with

orders as (

    select * from {{ changed(ref('int_orders_netted')) }}
    where customer_id is not null

),

portions as (

    select * from {{ changed(ref('int_return_portions')) }}

),

standings as (

    select * from {{ changed(ref('int_order_standings')) }}

),

sales as (

    select
        orders.order_id,
        'sale' as movement_part,
        orders.order_id as sold_order_id,
        false as is_late,
        orders.customer_id,
        orders.ordered_at as occurred_at,
        orders.ordered_at as sold_at,
        coalesce(standings.stands_from_at, orders.ordered_at) as counts_from_at,
        standings.stands_until_at as counts_until_at,
        standings.stands_again_at,
        orders.cancelled_at,
        orders.is_demand,
        orders.item_count,
        orders.sale_amount as net_amount,
        orders.sale_costed_amount as costed_net_amount,
        orders.sale_margin_amount as costed_margin_amount
    from orders
    left join standings
        on orders.order_id = standings.order_id
    where orders.sale_amount <> 0 or orders.is_demand

),

-- a return by the orders that it takes back; what takes back nothing goes with itself
returned as (

    select
        order_id,
        sold_order_id,
        is_late,
        amount,
        costed_amount,
        margin_amount
    from portions

    union all

    select
        orders.order_id,
        null as sold_order_id,
        false as is_late,
        orders.returned_amount - coalesce(sum(portions.amount), 0) as amount,
        orders.return_costed_amount - coalesce(sum(portions.costed_amount), 0) as costed_amount,
        orders.return_margin_amount - coalesce(sum(portions.margin_amount), 0) as margin_amount
    from orders
    left join portions
        on orders.order_id = portions.order_id
    group by orders.order_id, orders.returned_amount, orders.return_costed_amount, orders.return_margin_amount
    having orders.returned_amount <> coalesce(sum(portions.amount), 0)

),

returns as (

    select
        orders.order_id,
        'return' as movement_part,
        returned.sold_order_id,
        returned.is_late,
        orders.customer_id,
        orders.ordered_at as occurred_at,
        coalesce(sold.ordered_at, orders.ordered_at) as sold_at,
        greatest(coalesce(standings.stands_from_at, orders.ordered_at), orders.ordered_at) as counts_from_at,
        -- what is taken late of a reversed order counts on its own, unless that is cancelled
        least(
            standings.stands_until_at, orders.cancelled_at, case when returned.is_late then sold.cancelled_at end
        ) as counts_until_at,
        standings.stands_again_at,
        orders.cancelled_at,
        false as is_demand,
        0 as item_count,
        returned.amount as net_amount,
        returned.costed_amount as costed_net_amount,
        returned.margin_amount as costed_margin_amount
    from returned
    inner join orders
        on returned.order_id = orders.order_id
    left join orders as sold
        on returned.sold_order_id = sold.order_id
    left join standings
        on case when not returned.is_late then returned.sold_order_id end = standings.order_id
    where standings.stands_again_at is null or standings.stands_again_at > orders.ordered_at

),

-- of what was sold and given back while the order is reversed
residuals as (

    select
        orders.order_id,
        'residual' as movement_part,
        orders.order_id as sold_order_id,
        false as is_late,
        orders.customer_id,
        reversals.from_at as occurred_at,
        orders.ordered_at as sold_at,
        reversals.from_at as counts_from_at,
        least(reversals.until_at, orders.cancelled_at) as counts_until_at,
        null as stands_again_at,
        orders.cancelled_at,
        false as is_demand,
        0 as item_count,
        orders.sale_amount + sum(returned.amount) as net_amount,
        orders.sale_costed_amount + sum(returned.costed_amount) as costed_net_amount,
        orders.sale_margin_amount + sum(returned.margin_amount) as costed_margin_amount
    from {{ changed(ref('int_takebacks')) }} as reversals
    inner join orders
        on reversals.order_id = orders.order_id
    inner join portions as returned
        on reversals.order_id = returned.sold_order_id
    inner join orders as notes
        on returned.order_id = notes.order_id
    where
        reversals.record_kind = 'order_reversal'
        and (orders.cancelled_at is null or reversals.from_at < orders.cancelled_at)
        and not returned.is_late
        and notes.ordered_at <= reversals.from_at
        and (notes.cancelled_at is null or notes.cancelled_at > reversals.from_at)
    group by
        orders.order_id,
        orders.customer_id,
        reversals.from_at,
        reversals.until_at,
        orders.ordered_at,
        orders.cancelled_at,
        orders.sale_amount,
        orders.sale_costed_amount,
        orders.sale_margin_amount

),

movements as (

    select * from sales
    union all
    select * from returns
    union all
    select * from residuals

),

dated as (

    select
        order_id,
        movement_part,
        sold_order_id,
        is_late,
        customer_id,
        occurred_at,
        cast(occurred_at as date) as order_date,
        sold_at,
        counts_from_at,
        counts_until_at,
        stands_again_at,
        cancelled_at,
        is_demand,
        item_count,
        case when movement_part = 'sale' or (movement_part = 'residual' and net_amount > 0) then net_amount else 0 end
            as gross_amount,
        case when movement_part = 'sale' or (movement_part = 'residual' and net_amount > 0) then 0 else -net_amount end
            as return_amount,
        net_amount,
        costed_net_amount,
        costed_margin_amount
    from movements

)

select * from dated
