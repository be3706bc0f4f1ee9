-- Orders of one day are one purchase, as everywhere where rhythm counts. Who has not bought again has been watched up
-- to the day before the run's date, and may still do so.
with

days as (

    select distinct
        customer_id,
        order_date
    from {{ ref('fct_orders') }}
    where is_purchase

),

numbered as (

    select
        customer_id,
        order_date,
        row_number() over (partition by customer_id order by order_date) as day_number
    from days

),

waited as (

    select
        first_orders.customer_id,
        first_orders.order_date as first_order_date,
        second_orders.order_date as second_order_date,
        {{ days_between('first_orders.order_date', 'second_orders.order_date') }} as days_to_second_order,
        {{ days_between('first_orders.order_date', run_date()) }} - 1 as watched_days
    from numbered as first_orders
    left join numbered as second_orders
        on first_orders.customer_id = second_orders.customer_id and second_orders.day_number = 2
    where first_orders.day_number = 1

)

select * from waited
