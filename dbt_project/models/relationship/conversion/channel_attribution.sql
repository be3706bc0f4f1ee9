with

by_model as (

    {% for model in attribution_models() %}
        select
            {{ month_of('order_date') }} as month,
            '{{ model }}' as attribution_model,
            channel,
            {{ model }}_share as order_share,
            {{ model }}_amount as net_amount
        from {{ ref('attribution_touches') }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

summed as (

    select
        month,
        attribution_model,
        channel,
        sum({{ summable('order_share') }}) as order_count,
        cast(sum(net_amount) as decimal(18, 2)) as net_amount
    from by_model
    group by month, attribution_model, channel

),

shared as (

    select
        month,
        attribution_model,
        channel,
        cast(order_count as double) as order_count,
        cast(order_count as double)
        / cast(sum(order_count) over (partition by month, attribution_model) as double) as order_share,
        net_amount,
        cast({{ dbt.dateadd('month', 1, 'month') }} as date) <= {{ run_date() }} as is_complete_month
    from summed

)

select * from shared
