with

stages as (

    {% for stage in lifecycle_stages() %}
        select
            '{{ stage }}' as stage,
            {{ loop.index }} as stage_number
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

summed as (

    select
        month,
        stage,
        count(*) as customer_count,
        count(case when order_count > 0 then 1 end) as buying_customer_count,
        sum(order_count) as order_count,
        sum(net_amount) as net_amount
    from {{ ref('customer_lifecycle') }}
    group by month, stage

),

months as (

    select
        month,
        is_complete_month,
        count(*) as all_customer_count
    from {{ ref('customer_lifecycle') }}
    group by month, is_complete_month

),

complete as (

    select
        months.month,
        months.is_complete_month,
        stages.stage,
        stages.stage_number,
        cast(coalesce(summed.customer_count, 0) as integer) as customer_count,
        cast(coalesce(summed.customer_count, 0) as double) / months.all_customer_count as customer_share,
        cast(coalesce(summed.buying_customer_count, 0) as integer) as buying_customer_count,
        cast(coalesce(summed.order_count, 0) as integer) as order_count,
        cast(coalesce(summed.net_amount, 0) as decimal(18, 2)) as net_amount
    from months
    cross join stages
    left join summed
        on months.month = summed.month and stages.stage = summed.stage

)

select * from complete
