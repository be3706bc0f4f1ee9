with

series as (

    {{ dbt.generate_series(600) }}

),

-- up to 50 years of them
months as (

    select cast(generated_number - 1 as integer) as month_count from series

),

purchases as (

    select
        orders.customer_id,
        {{ month_of('customers.first_order_date') }} as cohort_month,
        {{ month_of('orders.order_date') }} as order_month,
        orders.net_amount
    from {{ ref('int_orders_netted') }} as orders
    inner join {{ ref('dim_customers') }} as customers
        on orders.customer_id = customers.customer_id
    where orders.is_purchase

),

cohorts as (

    select
        cohort_month,
        count(distinct customer_id) as cohort_customer_count
    from purchases
    group by cohort_month

),

-- every month a cohort has lived, also those in which nobody came
lived as (

    select
        cohorts.cohort_month,
        cohorts.cohort_customer_count,
        months.month_count as months_since_first_order,
        cast({{ dbt.dateadd('month', 'months.month_count', 'cohorts.cohort_month') }} as date) as order_month
    from cohorts
    cross join months
    where
        {{ dbt.dateadd('month', 'months.month_count', 'cohorts.cohort_month') }}
        < {{ date_literal(var('as_of_date')) }}

),

active as (

    select
        cohort_month,
        order_month,
        count(distinct customer_id) as active_customer_count,
        sum(net_amount) as purchase_amount
    from purchases
    group by cohort_month, order_month

),

retained as (

    select
        lived.cohort_month,
        lived.months_since_first_order,
        lived.order_month,
        cast(lived.cohort_customer_count as integer) as cohort_customer_count,
        cast(coalesce(active.active_customer_count, 0) as integer) as active_customer_count,
        cast(coalesce(active.active_customer_count, 0) as double) / lived.cohort_customer_count as retention_share,
        cast(coalesce(active.purchase_amount, 0) as decimal(18, 2)) as purchase_amount,
        cast({{ dbt.dateadd('month', 1, 'lived.order_month') }} as date) <= {{ date_literal(var('as_of_date')) }}
            as is_complete_month
    from lived
    left join active
        on lived.cohort_month = active.cohort_month and lived.order_month = active.order_month

)

select * from retained
