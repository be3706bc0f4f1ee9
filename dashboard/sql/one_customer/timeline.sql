-- What happened with one customer: orders and returns, visits, contacts, feedback, contracts; the newest 500 events.
with
goods as (
    select order_id, string_agg(distinct product_description, ', ' order by product_description) as product_names
    from marts.fct_order_items
    where customer_id = $customer and line_kind = 'goods'
    group by order_id
),
events as (
    select
        ordered_at as happened_at,
        case when order_kind <> 'sale' then 'correction' when order_status = 'cancelled' then 'cancelled' else 'order' end as event_kind,
        concat_ws(': ', fct_orders.order_id, goods.product_names) as detail,
        net_amount
    from marts.fct_orders
    left join goods on fct_orders.order_id = goods.order_id
    where customer_id = $customer
    union all
    select started_at, 'visit', concat_ws(', ', session_channel, furthest_step), null
    from marts.fct_sessions
    where customer_id = $customer
    union all
    select distinct
        contacted_at,
        'contact',
        concat_ws(', ', channel, campaign_id, case when is_clicked then 'clicked' when is_opened then 'opened' end),
        null
    from marts.attribution_touches
    where customer_id = $customer and contact_kind = 'campaign'
    union all
    select
        given_date,
        'feedback',
        concat_ws(', ', sentiment_label, 'rating ' || rating, theme_name, product_code),
        null
    from scores.feedback_sentiment_current
    where customer_id = $customer
    union all
    select started_at, 'contract_start', concat_ws(', ', subscription_id, plan_name), monthly_amount
    from marts.dim_subscriptions
    where customer_id = $customer
    union all
    select ended_at, 'contract_end', concat_ws(', ', subscription_id, plan_name), null
    from marts.dim_subscriptions
    where customer_id = $customer and ended_at is not null
)
select
    happened_at,
    event_kind,
    detail,
    net_amount as event_amount
from events
order by happened_at desc, event_kind, detail
limit 500
