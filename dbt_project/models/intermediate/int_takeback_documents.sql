{{ incremental_by('customer_id') }}

-- Of customers who returned something: what a return can take back, and the returns. Nothing can take back a document
-- with lines of which none is among int_takeback_lines, unless a return without lines may be worth the same.
with

movements as (

    select
        *,
        part = 'sale' and line_kind = 'goods' and original_amount > 0 as is_sold
    from {{ changed(ref('int_movements')) }}
    where movement_status in ('kept', 'no_exchange_rate') and customer_id is not null

),

lines as (

    select
        customer_id,
        order_id,
        movement_kind,
        part
    from {{ changed(ref('int_takeback_lines')) }}

),

wanted as (

    select order_id from lines

    union

    select order_id
    from {{ changed(ref('int_movements')) }}
    where
        movement_kind = 'head'
        and customer_id in (
            select lines.customer_id
            from lines
        )

    union

    select order_id
    from {{ changed(ref('int_movements')) }}
    where
        customer_id in (
            select lines.customer_id
            from lines
            where lines.movement_kind = 'head' and lines.part = 'return'
        )

),

documents as (

    select
        movements.customer_id,
        movements.order_id,
        max(movements.order_kind) as order_kind,
        max(movements.currency) as currency,
        max(movements.occurred_at) as occurred_at,
        max(heads.cancelled_at) as cancelled_at,
        sum(case when movements.part = 'sale' then movements.original_amount else 0 end) as sale_amount,
        sum(case when movements.is_sold then movements.original_amount else 0 end) as goods_amount,
        sum(case when movements.part = 'charge' then movements.original_amount else 0 end) as charge_amount,
        -sum(case when movements.part = 'return' then movements.original_amount else 0 end) as return_amount,
        -- nothing takes back a difference by itself
        count(case when movements.is_sold and movements.movement_kind <> 'difference' then 1 end) as sale_line_count,
        count(case when movements.movement_kind = 'head' then 1 end) = 0 as has_lines
    from movements
    inner join wanted
        on movements.order_id = wanted.order_id
    inner join {{ ref('int_order_heads') }} as heads
        on movements.order_id = heads.order_id
    group by movements.customer_id, movements.order_id

)

select * from documents
