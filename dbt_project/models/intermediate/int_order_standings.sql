{{ incremental_by('customer_id') }}

-- Orders that were void at any time, and when they stood. A reversal ends when a return that made it is cancelled; a
-- cancellation does not.
with

orders as (

    select
        order_id,
        customer_id,
        cancelled_at
    from {{ changed(ref('int_order_heads')) }}
    where customer_id is not null

),

reversals as (

    select
        orders.order_id,
        orders.customer_id,
        takebacks.from_at as void_from_at,
        case
            when orders.cancelled_at is null or takebacks.until_at < orders.cancelled_at then takebacks.until_at
        end as void_until_at
    from {{ changed(ref('int_takebacks')) }} as takebacks
    inner join orders
        on takebacks.order_id = orders.order_id
    where
        takebacks.record_kind = 'order_reversal'
        and (orders.cancelled_at is null or takebacks.from_at < orders.cancelled_at)

),

reversed as (

    select distinct order_id
    from reversals
    where void_until_at is null

),

voids as (

    select * from reversals

    union all

    select
        orders.order_id,
        orders.customer_id,
        orders.cancelled_at as void_from_at,
        null as void_until_at
    from orders
    left join reversed
        on orders.order_id = reversed.order_id
    where
        orders.cancelled_at is not null
        and reversed.order_id is null

),

stood as (

    select
        order_id,
        customer_id,
        lag(void_until_at) over (partition by order_id order by void_from_at) as stands_from_at,
        void_from_at as stands_until_at,
        void_until_at as stands_again_at
    from voids

    union all

    select
        order_id,
        customer_id,
        max(void_until_at) as stands_from_at,
        null as stands_until_at,
        null as stands_again_at
    from voids
    group by order_id, customer_id
    having count(*) = count(void_until_at)

)

select * from stood
