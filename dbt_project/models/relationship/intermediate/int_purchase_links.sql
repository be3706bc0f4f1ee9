with

purchases as (

    select
        event_id,
        session_id,
        customer_id,
        occurred_at
    from {{ ref('int_session_events') }}
    where event_type = 'purchase'

),

orders as (

    select
        order_id,
        customer_id,
        ordered_at,
        net_amount
    from {{ ref('fct_orders') }}
    where order_kind = 'sale'

),

-- no id holds a guest's event and order together: what is near lies in the same piece of time or in one beside it
guest_purchases as (

    select
        purchases.event_id,
        purchases.occurred_at,
        {{ piece_of_time('purchases.occurred_at', var('guest_purchase_link_seconds')) }} + beside.step as piece
    from purchases
    cross join (
        select -1 as step
        union all
        select 0 as step
        union all
        select 1 as step
    ) as beside
    where purchases.customer_id is null

),

guest_orders as (

    select
        *,
        {{ piece_of_time('ordered_at', var('guest_purchase_link_seconds')) }} as piece
    from orders
    where customer_id is null

),

pairs as (

    select
        purchases.event_id,
        purchases.occurred_at,
        orders.order_id,
        orders.ordered_at,
        orders.net_amount,
        abs({{ dbt.datediff('purchases.occurred_at', 'orders.ordered_at', 'second') }}) as seconds_apart
    from purchases
    inner join orders
        on purchases.customer_id = orders.customer_id
        and orders.ordered_at
        between {{ dbt.dateadd('minute', -var('purchase_link_minutes'), 'purchases.occurred_at') }}
        and {{ dbt.dateadd('minute', var('purchase_link_minutes'), 'purchases.occurred_at') }}

    union all

    select
        purchases.event_id,
        purchases.occurred_at,
        orders.order_id,
        orders.ordered_at,
        orders.net_amount,
        abs({{ dbt.datediff('purchases.occurred_at', 'orders.ordered_at', 'second') }}) as seconds_apart
    from guest_purchases as purchases
    inner join guest_orders as orders
        on purchases.piece = orders.piece
        and orders.ordered_at
        between {{ dbt.dateadd('second', -var('guest_purchase_link_seconds'), 'purchases.occurred_at') }}
        and {{ dbt.dateadd('second', var('guest_purchase_link_seconds'), 'purchases.occurred_at') }}

),

ranked as (

    select
        *,
        row_number() over (partition by event_id order by seconds_apart, ordered_at, order_id) as order_rank,
        row_number() over (partition by order_id order by seconds_apart, occurred_at, event_id) as event_rank
    from pairs

),

linked as (

    select
        purchases.event_id,
        purchases.session_id,
        purchases.customer_id,
        purchases.occurred_at,
        nearest.event_id is not null as has_order_near,
        case when nearest.event_rank = 1 then nearest.order_id end as order_id,
        case when nearest.event_rank = 1 then nearest.ordered_at end as ordered_at,
        case when nearest.event_rank = 1 then nearest.net_amount end as net_amount
    from purchases
    left join ranked as nearest
        on purchases.event_id = nearest.event_id
        and nearest.order_rank = 1

)

select * from linked
