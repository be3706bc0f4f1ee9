with

event_months as (

    select
        {{ month_of('events.occurred_at') }} as month,
        count(case when in_sessions.event_id is null then 1 end) as sessionless_event_count,
        count(links.event_id) as purchase_event_count,
        count(links.order_id) as linked_event_count,
        count(case when links.order_id is null and links.has_order_near then 1 end) as repeated_event_count,
        count(case when not links.has_order_near then 1 end) as orderless_event_count
    from {{ ref('stg_events') }} as events
    left join {{ ref('int_session_events') }} as in_sessions
        on events.event_id = in_sessions.event_id
    left join {{ ref('int_purchase_links') }} as links
        on events.event_id = links.event_id
    where events.event_type <> 'unsubscribe' and events.occurred_at < {{ run_date() }}
    group by {{ month_of('events.occurred_at') }}

),

order_months as (

    select
        {{ month_of('orders.order_date') }} as month,
        count(links.order_id) as linked_order_count,
        count(case when orders.order_kind = 'sale' and links.order_id is null then 1 end) as unlinked_order_count,
        sum(case when links.order_id is not null then orders.net_amount else 0 end) as linked_net_amount,
        sum(case when orders.order_kind = 'sale' and links.order_id is null then orders.net_amount else 0 end)
            as unlinked_net_amount,
        sum(case when orders.order_kind <> 'sale' then orders.net_amount else 0 end) as other_net_amount
    from {{ ref('fct_orders') }} as orders
    left join {{ ref('int_purchase_links') }} as links
        on orders.order_id = links.order_id
    group by {{ month_of('orders.order_date') }}

),

any_events as (

    select count(*) as month_count
    from event_months

),

joined as (

    select
        coalesce(order_months.month, event_months.month) as month,
        {%- for count in [
            'sessionless_event', 'purchase_event', 'linked_event', 'repeated_event', 'orderless_event',
            'linked_order', 'unlinked_order'
        ] %}
            cast(coalesce({{ count }}_count, 0) as integer) as {{ count }}_count,
        {%- endfor %}
        {%- for part in ['linked', 'unlinked', 'other'] %}
            cast(coalesce({{ part }}_net_amount, 0) as decimal(18, 2)) as {{ part }}_net_amount,
        {%- endfor %}
        cast({{ dbt.dateadd('month', 1, 'coalesce(order_months.month, event_months.month)') }} as date)
        <= {{ run_date() }} as is_complete_month
    from order_months
    full outer join event_months
        on order_months.month = event_months.month
    -- without any event there is nothing to link
    where (select month_count from any_events) > 0

)

select * from joined
