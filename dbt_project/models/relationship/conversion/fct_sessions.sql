with

sessions as (

    select
        session_id,
        max(customer_id) as customer_id,
        max(case when is_session_stated then 1 else 0 end) = 1 as is_session_stated,
        min(occurred_at) as started_at,
        max(occurred_at) as last_event_at,
        cast(count(*) as integer) as event_count,
        max(case when event_type = 'product_view' then 1 else 0 end) as has_product_view,
        max(case when event_type = 'add_to_cart' then 1 else 0 end) as has_basket,
        max(case when event_type = 'checkout' then 1 else 0 end) as has_checkout,
        max(case when event_type = 'purchase' then 1 else 0 end) as has_purchase
    from {{ ref('int_session_events') }}
    group by session_id

),

linked as (

    select
        session_id,
        cast(count(*) as integer) as purchase_event_count,
        cast(count(order_id) as integer) as linked_order_count,
        cast(coalesce(sum(net_amount), 0) as decimal(18, 2)) as linked_net_amount
    from {{ ref('int_purchase_links') }}
    group by session_id

),

first_purchases as (

    {{ first_purchases() }}

),

-- a click carries no time: it counts in the days after the contact, once it must have happened
clicks as (

    select
        touches.customer_id,
        touches.campaign_id,
        coalesce(campaigns.campaign_channel, 'unknown') as campaign_channel,
        touches.touched_at
    from {{ ref('stg_campaign_touches') }} as touches
    left join {{ ref('stg_campaigns') }} as campaigns
        on touches.campaign_id = campaigns.campaign_id
    where
        not touches.is_control
        and touches.is_clicked
        and touches.touched_at < {{ date_plus_days(run_date(), -var('campaign_response_days')) }}

),

clicked as (

    select
        sessions.session_id,
        clicks.campaign_id,
        clicks.campaign_channel,
        row_number() over (
            partition by sessions.session_id order by clicks.touched_at desc, clicks.campaign_id
        ) as click_rank
    from sessions
    inner join clicks
        on sessions.customer_id = clicks.customer_id
        and sessions.started_at >= clicks.touched_at
        and sessions.started_at < {{ dbt.dateadd('day', var('campaign_response_days'), 'clicks.touched_at') }}

),

joined as (

    select
        sessions.session_id,
        sessions.customer_id,
        clicked.campaign_id,
        case
            when sessions.customer_id is null then 'anonymous'
            when first_purchases.first_purchase_at < sessions.started_at then 'returning'
            else 'new'
        end as customer_kind,
        coalesce(clicked.campaign_channel, 'direct or unknown') as session_channel,
        coalesce(customers.acquisition_channel, 'unknown') as acquisition_channel,
        case
            when has_purchase = 1 then 'order'
            when has_checkout = 1 then 'checkout'
            when has_basket = 1 then 'basket'
            when has_product_view = 1 then 'product'
            else 'session'
        end as furthest_step,
        sessions.event_count,
        coalesce(linked.purchase_event_count, 0) as purchase_event_count,
        coalesce(linked.linked_order_count, 0) as linked_order_count,
        coalesce(linked.linked_net_amount, 0) as linked_net_amount,
        sessions.is_session_stated,
        has_product_view = 1 as has_product_view,
        has_basket = 1 as has_basket,
        has_checkout = 1 as has_checkout,
        has_purchase = 1 as has_purchase,
        cast(sessions.started_at as date) as session_date,
        sessions.started_at,
        sessions.last_event_at
    from sessions
    left join linked
        on sessions.session_id = linked.session_id
    left join clicked
        on sessions.session_id = clicked.session_id
        and clicked.click_rank = 1
    left join first_purchases
        on sessions.customer_id = first_purchases.customer_id
    left join {{ ref('dim_customers') }} as customers
        on sessions.customer_id = customers.customer_id

)

select * from joined
