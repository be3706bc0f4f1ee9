{{ incremental_by('snapshot') }}

with

orders as (

    select * from {{ ref('int_customer_order_features') }}
    where {{ snapshot_to_make('customer_id', 'as_of_date') }}

),

joined as (

    select
        orders.*,
        profiles.country,
        profiles.acquisition_channel,
        profiles.gender,
        profiles.age_years,
        profiles.days_since_registration,
        products.distinct_product_count,
        events.event_count_30d,
        events.event_count_90d,
        events.days_since_last_event,
        feedback.mean_rating,
        feedback.last_nps_score,
        campaigns.campaign_touch_count_365d,
        campaigns.campaign_click_count_365d,
        subscriptions.has_active_subscription,
        {{ days_between('orders.last_order_date', 'orders.as_of_date') }} as days_since_last_order,
        {{ days_between('orders.first_order_date', 'orders.as_of_date') }} as tenure_days,
        {{ days_between('orders.first_order_date', 'orders.last_order_date') }} as first_to_last_order_days,
        -- null with a single order day: nothing is known of gaps or repeats then
        nullif(orders.order_day_count - 1, 0) as gap_count
    from orders
    left join {{ ref('int_customer_profile_features') }} as profiles
        on orders.customer_id = profiles.customer_id and orders.as_of_date = profiles.as_of_date
    left join {{ ref('int_customer_product_features') }} as products
        on orders.customer_id = products.customer_id and orders.as_of_date = products.as_of_date
    left join {{ ref('int_customer_event_features') }} as events
        on orders.customer_id = events.customer_id and orders.as_of_date = events.as_of_date
    left join {{ ref('int_customer_feedback_features') }} as feedback
        on orders.customer_id = feedback.customer_id and orders.as_of_date = feedback.as_of_date
    left join {{ ref('int_customer_campaign_features') }} as campaigns
        on orders.customer_id = campaigns.customer_id and orders.as_of_date = campaigns.as_of_date
    left join {{ ref('int_customer_subscription_features') }} as subscriptions
        on orders.customer_id = subscriptions.customer_id and orders.as_of_date = subscriptions.as_of_date

),

shaped as (

    select
        customer_id,
        as_of_date,

        -- when
        first_order_date,
        last_order_date,
        days_since_last_order,
        tenure_days,
        first_to_last_order_days,

        -- how often
        cast(order_count as integer) as order_count,
        cast(order_day_count as integer) as order_day_count,
        cast(order_day_count - 1 as integer) as repeat_order_count,
        cast(first_to_last_order_days as double) / gap_count as mean_order_gap_days,
        cast(days_since_last_order as double) * gap_count / first_to_last_order_days as order_gap_ratio,

        -- how much
        {{ in_cents('net_amount') }} as net_amount,
        {{ in_cents('gross_amount') }} as gross_amount,
        {{ in_cents('return_amount') }} as return_amount,
        cast(return_amount as double) / nullif(cast(gross_amount as double), 0) as return_share,
        {{ decimal_of('cast(net_amount as double) / order_count', 18, 2) }} as average_order_amount,
        {{ decimal_of('cast(repeat_net_amount as double) / gap_count', 18, 2) }} as mean_repeat_order_amount,
        {%- for days in [30, 90, 180, 365] %}
            {{ in_cents('net_amount_' ~ days ~ 'd') }} as net_amount_{{ days }}d,
        {%- endfor %}
        {%- for days in [30, 90, 180, 365] %}
            cast(order_count_{{ days }}d as integer) as order_count_{{ days }}d,
        {%- endfor %}
        {{ margin_of('net_amount', 'costed_net_amount', 'costed_margin_amount') }} as net_margin_amount,
        cast(item_count as integer) as item_count,
        cast(coalesce(distinct_product_count, 0) as integer) as distinct_product_count,

        -- what else they did
        cast(coalesce(event_count_30d, 0) as integer) as event_count_30d,
        cast(coalesce(event_count_90d, 0) as integer) as event_count_90d,
        cast(days_since_last_event as integer) as days_since_last_event,
        mean_rating,
        cast(last_nps_score as integer) as last_nps_score,
        cast(coalesce(campaign_touch_count_365d, 0) as integer) as campaign_touch_count_365d,
        cast(coalesce(campaign_click_count_365d, 0) as integer) as campaign_click_count_365d,
        coalesce(has_active_subscription, false) as has_active_subscription,

        -- who
        country,
        acquisition_channel,
        cast(age_years as integer) as age_years,
        gender,
        days_since_registration,

        -- whether models may judge
        days_since_last_order <= {{ var('eligibility_window_days') }} as is_eligible,
        case
            when days_since_last_order > {{ var('eligibility_window_days') }}
                then 'no purchase in the last {{ var('eligibility_window_days') }} days'
        end as ineligible_reason
    from joined

)

select * from shaped
