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

    select
        month,
        'conversion_share' as name,
        order_session_count / session_count as value,
        cast(null as double) as lower_value,
        cast(null as double) as upper_value
    from funnel

    union all

    select
        month,
        'revenue_per_session' as name,
        linked_net_amount / session_count as value,
        cast(null as double) as lower_value,
        cast(null as double) as upper_value
    from funnel

    union all

    select
        month,
        'abandoned_basket_share' as name,
        abandoned_count / basket_count as value,
        cast(null as double) as lower_value,
        cast(null as double) as upper_value
    from baskets

)

select * from figures
