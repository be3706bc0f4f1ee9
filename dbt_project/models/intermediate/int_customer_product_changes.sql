{{ incremental_by('customer_id') }}

-- A product counts from when it was first bought, unless every order of it has ceased to count by the date. Kept as
-- steps up and down, of which a date needs only the sum.
with

bought as (

    select
        items.customer_id,
        items.product_code,
        coalesce(standings.stands_from_at, items.occurred_at) as bought_at,
        standings.stands_until_at as undone_at
    from {{ changed(ref('int_movements')) }} as items
    left join {{ ref('int_order_standings') }} as standings
        on items.order_id = standings.order_id
    where
        items.movement_status in ('kept', 'no_exchange_rate')
        and items.customer_id is not null
        and items.part = 'sale'
        and items.line_kind = 'goods'
        and items.original_amount > 0
        and items.product_code is not null

),

-- most products count from when they were first bought, for good
first_bought as (

    select
        customer_id,
        product_code,
        min(bought_at) as changed_at,
        count(undone_at) as undone_count
    from bought
    group by customer_id, product_code

),

undone as (

    select bought.*
    from bought
    inner join first_bought
        on bought.customer_id = first_bought.customer_id
        and bought.product_code = first_bought.product_code
    where first_bought.undone_count > 0

),

steps as (

    select
        customer_id,
        product_code,
        bought_at as changed_at,
        1 as step
    from undone

    union all

    select
        customer_id,
        product_code,
        undone_at as changed_at,
        -1 as step
    from undone
    where undone_at is not null

),

stepped as (

    select
        customer_id,
        product_code,
        changed_at,
        sum(step) as step
    from steps
    group by customer_id, product_code, changed_at

),

standing as (

    select
        customer_id,
        changed_at,
        step,
        sum(step) over (
            partition by customer_id, product_code
            order by changed_at
            rows between unbounded preceding and current row
        ) as standing_count
    from stepped

),

counted as (

    select
        customer_id,
        changed_at,
        1 as product_count_change
    from first_bought
    where undone_count = 0

    union all

    select
        customer_id,
        changed_at,
        case when standing_count > 0 then 1 else 0 end - case when standing_count > step then 1 else 0 end
            as product_count_change
    from standing

),

summed as (

    select
        customer_id,
        changed_at,
        cast(sum(product_count_change) as integer) as product_count_change
    from counted
    group by customer_id, changed_at

),

changes as (

    select *
    from summed
    where product_count_change <> 0

)

select * from changes
