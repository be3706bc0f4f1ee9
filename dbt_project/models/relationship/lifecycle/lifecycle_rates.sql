with

-- a customer who has just become known was not live before
counted as (

    select
        month,
        count(case when {{ is_live('stage_before') }} then 1 end) as live_before_count,
        count(case when is_live then 1 end) as live_count,
        count(case when {{ is_live('stage_before') }} and is_live then 1 end) as retained_count,
        count(case when stage_before in ('not_yet_known', 'prospect') and is_live then 1 end) as acquired_count,
        count(case when stage_before = 'lapsed' then 1 end) as lapsed_before_count,
        count(case when stage_before = 'lapsed' and is_live then 1 end) as reactivated_count,
        count(case when {{ is_live('stage_before') }} and stage = 'lapsed' then 1 end) as churned_count,
        count(case when {{ is_live('stage_before') }} and stage = 'prospect' then 1 end) as undone_count
    from {{ ref('customer_lifecycle') }}
    group by month

),

sales as (

    select
        {{ month_of('order_date') }} as month,
        sum(case when is_guest then 0 else net_amount end) as net_amount,
        sum(case when is_guest then net_amount else 0 end) as guest_net_amount
    from {{ ref('fct_orders') }}
    group by {{ month_of('order_date') }}

),

months as (

    select month from counted
    union
    select month from sales

),

joined as (

    select
        months.month,
        cast({{ dbt.dateadd('month', 1, 'months.month') }} as date) <= {{ run_date() }} as is_complete_month,
        {%- for count in [
            'live_before', 'live', 'retained', 'acquired', 'reactivated', 'churned', 'undone', 'lapsed_before'
        ] %}
            cast(coalesce(counted.{{ count }}_count, 0) as integer) as {{ count }}_count,
        {%- endfor %}
        cast(coalesce(sales.net_amount, 0) as decimal(18, 2)) as net_amount,
        cast(coalesce(sales.guest_net_amount, 0) as decimal(18, 2)) as guest_net_amount
    from months
    left join counted
        on months.month = counted.month
    left join sales
        on months.month = sales.month

),

rated as (

    select
        *,
        cast(retained_count as double) / nullif(live_before_count, 0) as retention_share,
        cast(churned_count as double) / nullif(live_before_count, 0) as churn_share,
        cast(reactivated_count as double) / nullif(lapsed_before_count, 0) as reactivation_share,
        cast(live_count - live_before_count as double) / nullif(live_before_count, 0) as growth_share,
        cast(acquired_count + reactivated_count as double) / nullif(churned_count + undone_count, 0) as quick_ratio
    from joined

)

select * from rated
