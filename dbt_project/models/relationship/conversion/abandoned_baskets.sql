with

left_behind as (

    select
        sessions.session_id,
        sessions.customer_id,
        sessions.session_channel,
        sessions.furthest_step,
        sessions.started_at,
        sessions.last_event_at as abandoned_at,
        {{ dbt.dateadd('hour', var('basket_abandonment_hours'), 'sessions.last_event_at') }} as waited_until_at,
        {{ dbt.dateadd('day', var('basket_recovery_days'), 'sessions.last_event_at') }} as recoverable_until_at
    from {{ ref('fct_sessions') }} as sessions
    where sessions.furthest_step in ('basket', 'checkout')

),

-- whatever a customer ordered from the beginning of the session on, in the shop or elsewhere
orders_after as (

    select
        left_behind.session_id,
        orders.order_id,
        orders.net_amount,
        orders.ordered_at,
        orders.ordered_at <= left_behind.waited_until_at as is_in_time,
        row_number() over (
            partition by left_behind.session_id order by orders.ordered_at, orders.order_id
        ) as order_rank
    from left_behind
    inner join {{ ref('fct_orders') }} as orders
        on left_behind.customer_id = orders.customer_id
        and orders.ordered_at >= left_behind.started_at
        and orders.ordered_at <= left_behind.recoverable_until_at
    where orders.order_kind = 'sale'

),

put_in as (

    select
        events.session_id,
        events.product_code,
        count(*) as unit_count,
        count(products.list_price_amount) as priced_unit_count,
        sum(products.list_price_amount) as list_amount
    from {{ ref('int_session_events') }} as events
    left join {{ ref('dim_products') }} as products
        on events.product_code = products.product_code
    where events.event_type = 'add_to_cart'
    group by events.session_id, events.product_code

),

baskets as (

    select
        session_id,
        {{ dbt.listagg('product_code', "', '", 'order by product_code') }} as product_codes,
        sum(unit_count) as unit_count,
        sum(unit_count) - sum(priced_unit_count) as unpriced_unit_count,
        sum(list_amount) as list_amount
    from put_in
    group by session_id

),

joined as (

    select
        left_behind.session_id,
        left_behind.customer_id,
        left_behind.session_channel,
        left_behind.furthest_step,
        baskets.product_codes,
        cast(coalesce(baskets.unit_count, 0) as integer) as unit_count,
        cast(coalesce(baskets.unpriced_unit_count, 0) as integer) as unpriced_unit_count,
        {{ in_cents('baskets.list_amount') }} as list_amount,
        coalesce(customers.may_be_contacted, false) as may_be_contacted,
        case
            when left_behind.customer_id is null then null
            when orders_after.order_id is not null then true
            when left_behind.recoverable_until_at <= {{ run_date() }} then false
        end as is_recovered,
        orders_after.order_id as recovered_order_id,
        orders_after.net_amount as recovered_net_amount,
        left_behind.abandoned_at
    from left_behind
    left join orders_after
        on left_behind.session_id = orders_after.session_id
        and orders_after.order_rank = 1
    left join baskets
        on left_behind.session_id = baskets.session_id
    left join {{ ref('dim_customers') }} as customers
        on left_behind.customer_id = customers.customer_id
    where
        left_behind.waited_until_at <= {{ run_date() }}
        and not coalesce(orders_after.is_in_time, false)

)

select * from joined
