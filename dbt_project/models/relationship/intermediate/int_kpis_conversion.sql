with

funnel as (

    select
        month,
        cast(sum(session_count) as double) as session_count,
        sum(order_session_count) as order_session_count,
        cast(sum(linked_net_amount) as double) as linked_net_amount
    from {{ ref('conversion_funnel') }}
    group by month

),

-- baskets of which it is known by now whether an order followed
baskets as (

    select
        {{ month_of('sessions.session_date') }} as month,
        cast(count(*) as double) as basket_count,
        count(abandoned.session_id) as abandoned_count
    from {{ ref('fct_sessions') }} as sessions
    left join {{ ref('abandoned_baskets') }} as abandoned
        on sessions.session_id = abandoned.session_id
    where
        sessions.furthest_step in ('basket', 'checkout', 'order')
        and {{ dbt.dateadd('hour', var('basket_abandonment_hours'), 'sessions.last_event_at') }} <= {{ run_date() }}
    group by {{ month_of('sessions.session_date') }}

),

figures as (

    {{ kpi_figures('funnel', {
        'conversion_share': 'order_session_count / session_count',
        'revenue_per_session': 'linked_net_amount / session_count',
    }) }}

    union all

    {{ kpi_figures('baskets', {'abandoned_basket_share': 'abandoned_count / basket_count'}) }}

)

select * from figures
