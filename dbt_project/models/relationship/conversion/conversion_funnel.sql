{%- set steps = ['product', 'basket', 'checkout', 'order'] %}

with

sessions as (

    select
        *,
        {{ month_of('session_date') }} as month,
        case furthest_step
            {%- for step in steps %}
                when '{{ step }}' then {{ loop.index }}
            {%- endfor %}
            else 0
        end as step_number
    from {{ ref('fct_sessions') }}

),

counted as (

    select
        month,
        session_channel,
        acquisition_channel,
        customer_kind,
        count(*) as session_count,
        {%- for step in steps %}
            count(case when step_number >= {{ loop.index }} then 1 end) as {{ step }}_session_count,
        {%- endfor %}
        sum(linked_order_count) as linked_order_count,
        sum(linked_net_amount) as linked_net_amount
    from sessions
    group by month, session_channel, acquisition_channel, customer_kind

),

shared as (

    select
        month,
        session_channel,
        acquisition_channel,
        customer_kind,
        cast(session_count as integer) as session_count,
        {%- for step in steps %}
            cast({{ step }}_session_count as integer) as {{ step }}_session_count,
        {%- endfor %}
        {%- set from = namespace(step='session_count') %}
        {%- for step in steps %}
            1 - cast({{ step }}_session_count as double) / nullif({{ from.step }}, 0) as {{ step }}_drop_off_share,
            {%- set from.step = step ~ '_session_count' %}
        {%- endfor %}
        cast(order_session_count as double) / session_count as conversion_share,
        cast(linked_order_count as integer) as linked_order_count,
        cast(linked_net_amount as decimal(18, 2)) as linked_net_amount,
        {{ decimal_of('cast(linked_net_amount as double) / session_count', 18, 2) }}
            as revenue_per_session_amount,
        cast({{ dbt.dateadd('month', 1, 'month') }} as date) <= {{ run_date() }} as is_complete_month
    from counted

)

select * from shared
