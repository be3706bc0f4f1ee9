with

features as (

    select * from {{ ref('customer_features') }}
    where as_of_date = {{ run_date() }}

),

rfm as (

    select * from {{ ref('customer_rfm') }}
    where as_of_date = {{ run_date() }}

),

described as (

    select
        customers.customer_id,

        -- when, how often and how much
        features.days_since_last_order,
        features.tenure_days,
        coalesce(features.order_count, 0) as order_count,
        coalesce(features.order_count_365d, 0) as order_count_365d,
        features.mean_order_gap_days,
        features.order_gap_ratio,
        -- a customer with one order day has no gap to go by
        case
            when features.order_gap_ratio is not null
                then
                    features.order_gap_ratio >= {{ var('overdue_gap_count') }}
                    and features.days_since_last_order >= {{ var('overdue_minimum_days') }}
            else features.days_since_last_order >= {{ var('churn_horizon_days') }}
        end as is_overdue,
        cast(coalesce(features.net_amount, 0) as decimal(18, 2)) as net_amount,
        cast(coalesce(features.net_amount_365d, 0) as decimal(18, 2)) as net_amount_365d,
        features.net_margin_amount,
        features.average_order_amount,
        features.return_share,
        coalesce(features.distinct_product_count, 0) as distinct_product_count,
        rfm.recency_score,
        rfm.frequency_score,
        rfm.monetary_score,
        rfm.rfm_segment_name,

        -- what else they did
        features.event_count_90d,
        features.mean_rating,
        features.last_nps_score,
        case
            when contracts.customer_id is not null then contracts.active_subscription_count > 0
            else features.has_active_subscription
        end as has_active_subscription,
        coalesce(contracts.active_subscription_count, 0) as active_subscription_count,
        coalesce(contracts.monthly_subscription_amount, cast(0 as decimal(18, 2))) as monthly_subscription_amount,

        -- whether models may judge
        coalesce(features.is_eligible, false) as is_eligible,
        case when features.customer_id is null then 'no purchase yet' else features.ineligible_reason end
            as ineligible_reason
    from {{ ref('dim_customers') }} as customers
    left join features
        on customers.customer_id = features.customer_id
    left join rfm
        on customers.customer_id = rfm.customer_id
    left join {{ ref('int_customer_contracts') }} as contracts
        on customers.customer_id = contracts.customer_id

)

select * from described
