{{ config(materialized='incremental', pre_hook="{{ forget_snapshots() }}") }}

with

-- the first time a customer bought a product, apart for orders that ceased to count, so that dates stay cheap
first_bought as (

    select
        items.customer_id,
        items.product_code,
        orders.voided_at,
        min(items.ordered_at) as first_bought_at
    from {{ ref('int_order_items_classified') }} as items
    inner join {{ ref('int_orders_netted') }} as orders
        on items.order_id = orders.order_id
    where
        items.line_status = 'kept'
        and items.line_kind = 'product'
        and items.quantity > 0
        and items.product_code is not null
        and orders.is_demand
    group by items.customer_id, items.product_code, orders.voided_at

),

counted as (

    select
        first_bought.customer_id,
        dates.as_of_date,
        count(distinct first_bought.product_code) as distinct_product_count
    from {{ ref('int_snapshot_dates') }} as dates
    inner join first_bought
        on first_bought.first_bought_at < dates.as_of_date
        and (first_bought.voided_at is null or first_bought.voided_at >= dates.as_of_date)
        and {{ snapshot_to_make('first_bought.customer_id', 'dates.as_of_date') }}
    group by first_bought.customer_id, dates.as_of_date

)

select * from counted
