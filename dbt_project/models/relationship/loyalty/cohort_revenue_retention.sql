with

-- what moved before the first purchase that stands (orders taken back since) belongs to the first month
movements as (

    select
        orders.customer_id,
        {{ month_of('customers.first_order_date') }} as cohort_month,
        greatest({{ month_of('orders.order_date') }}, {{ month_of('customers.first_order_date') }}) as order_month,
        orders.is_purchase,
        orders.return_amount,
        orders.net_amount
    from {{ ref('fct_orders') }} as orders
    inner join {{ ref('dim_customers') }} as customers
        on orders.customer_id = customers.customer_id
    where customers.first_order_date is not null

),

cohorts as (

    select
        cohort_month,
        count(distinct customer_id) as cohort_customer_count,
        sum(case when order_month = cohort_month then net_amount else 0 end) as first_month_net_amount
    from movements
    group by cohort_month

),

lived as (

    {{ cohort_months('cohorts') }}

),

active as (

    select
        cohort_month,
        order_month,
        count(distinct case when is_purchase then customer_id end) as active_customer_count,
        sum(return_amount) as return_amount,
        sum(net_amount) as net_amount
    from movements
    group by cohort_month, order_month

),

joined as (

    select
        lived.cohort_month,
        lived.month_count as months_since_first_order,
        lived.lived_month as order_month,
        cast(lived.cohort_customer_count as integer) as cohort_customer_count,
        cast(coalesce(active.active_customer_count, 0) as integer) as active_customer_count,
        cast(coalesce(active.return_amount, 0) as decimal(18, 2)) as return_amount,
        cast(coalesce(active.net_amount, 0) as decimal(18, 2)) as net_amount,
        cast(lived.first_month_net_amount as decimal(18, 2)) as first_month_net_amount,
        cast({{ dbt.dateadd('month', 1, 'lived.lived_month') }} as date) <= {{ run_date() }} as is_complete_month
    from lived
    left join active
        on lived.cohort_month = active.cohort_month and lived.lived_month = active.order_month

),

retained as (

    select
        cohort_month,
        months_since_first_order,
        order_month,
        is_complete_month,
        cohort_customer_count,
        active_customer_count,
        return_amount,
        net_amount,
        case
            when first_month_net_amount > 0
                then cast(net_amount as double) / cast(first_month_net_amount as double)
        end as revenue_retention_share,
        cast(sum(net_amount) over so_far as decimal(18, 2)) as cumulative_net_amount,
        {{ decimal_of('cast(sum(net_amount) over so_far as double) / cohort_customer_count', 18, 2) }}
            as cumulative_net_amount_per_customer
    from joined
    window so_far as (
        partition by cohort_month
        order by months_since_first_order
        rows between unbounded preceding and current row
    )

)

select * from retained
