with

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

lived as (

    {{ cohort_months('cohorts') }}

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
        lived.month_count as months_since_first_order,
        lived.lived_month as order_month,
        cast(lived.cohort_customer_count as integer) as cohort_customer_count,
        cast(coalesce(active.active_customer_count, 0) as integer) as active_customer_count,
        cast(coalesce(active.active_customer_count, 0) as double) / lived.cohort_customer_count as retention_share,
        cast(coalesce(active.purchase_amount, 0) as decimal(18, 2)) as purchase_amount,
        cast({{ dbt.dateadd('month', 1, 'lived.lived_month') }} as date) <= {{ run_date() }} as is_complete_month
    from lived
    left join active
        on lived.cohort_month = active.cohort_month and lived.lived_month = active.order_month

)

select * from retained
