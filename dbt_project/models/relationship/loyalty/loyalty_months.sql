with

customer_months as (

    select
        customer_id,
        {{ month_of('order_date') }} as month,
        count(case when is_purchase then 1 end) as order_count,
        count(distinct case when is_purchase then order_date end) as order_day_count,
        sum(net_amount) as net_amount
    from {{ ref('fct_orders') }}
    where customer_id is not null
    group by customer_id, {{ month_of('order_date') }}

),

shop as (

    select min(month) as cohort_month
    from customer_months
    having min(month) is not null

),

months as (

    {{ cohort_months('shop') }}

),

-- of each month the year that ends with it, and the year before that
seen as (

    select
        months.lived_month as month,
        months.month_count,
        customer_months.customer_id,
        customer_months.order_count,
        customer_months.order_day_count,
        customer_months.net_amount,
        customer_months.month < {{ dbt.dateadd('month', -11, 'months.lived_month') }} as is_earlier
    from months
    inner join customer_months
        on months.lived_month >= customer_months.month
        and customer_months.month >= {{ dbt.dateadd('month', -23, 'months.lived_month') }}

),

years as (

    select
        month,
        month_count,
        customer_id,
        sum(case when is_earlier then 0 else order_count end) as order_count,
        sum(case when is_earlier then 0 else order_day_count end) as order_day_count,
        sum(case when is_earlier then 0 else net_amount end) as net_amount,
        sum(case when is_earlier then net_amount else 0 end) as earlier_net_amount
    from seen
    group by month, month_count, customer_id

),

summed as (

    select
        month,
        month_count,
        count(case when order_count > 0 then 1 end) as buying_customer_count,
        count(case when order_day_count > 1 then 1 end) as repeat_customer_count,
        sum(order_count) as order_count,
        sum(net_amount) as net_amount,
        count(case when earlier_net_amount > 0 then 1 end) as earlier_customer_count,
        sum(case when earlier_net_amount > 0 then earlier_net_amount else 0 end) as earlier_net_amount,
        sum(case when earlier_net_amount > 0 then net_amount else 0 end) as kept_net_amount,
        sum(case when earlier_net_amount > 0 then least(net_amount, earlier_net_amount) else 0 end)
            as kept_at_most_net_amount
    from years
    group by month, month_count

),

-- told once the years are full
shared as (

    select
        month,
        cast({{ dbt.dateadd('month', 1, 'month') }} as date) <= {{ run_date() }} as is_complete_month,
        cast(buying_customer_count as integer) as buying_customer_count_12m,
        cast(repeat_customer_count as integer) as repeat_customer_count_12m,
        cast(order_count as integer) as order_count_12m,
        cast(net_amount as decimal(18, 2)) as net_amount_12m,
        case when month_count >= 11 then cast(order_count as double) / nullif(buying_customer_count, 0) end
            as purchase_frequency,
        case when month_count >= 11 then cast(repeat_customer_count as double) / nullif(buying_customer_count, 0) end
            as repeat_customer_share,
        cast(case when month_count >= 23 then earlier_customer_count end as integer) as earlier_customer_count,
        cast(case when month_count >= 23 then earlier_net_amount end as decimal(18, 2)) as earlier_net_amount,
        cast(case when month_count >= 23 then kept_net_amount end as decimal(18, 2)) as kept_net_amount,
        case
            when month_count >= 23
                then cast(kept_net_amount as double) / nullif(cast(earlier_net_amount as double), 0)
        end as net_revenue_retention_share,
        case
            when month_count >= 23
                then cast(kept_at_most_net_amount as double) / nullif(cast(earlier_net_amount as double), 0)
        end as gross_revenue_retention_share
    from summed

)

select * from shared
