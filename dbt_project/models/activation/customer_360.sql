with

segments as (

    {{ latest_scores(source('scores', 'customer_segments')) }}

),

churn as (

    {{ latest_scores(source('scores', 'customer_churn')) }}

),

clv as (

    {{ latest_scores(source('scores', 'customer_clv')) }}

),

-- the running contract at the greatest risk speaks for its customer
subscriptions as (

    select
        customer_id,
        cast(count(case when is_active then 1 end) as integer) as active_subscription_count,
        cast(coalesce(sum(case when is_active then monthly_amount end), 0) as decimal(18, 2))
            as monthly_subscription_amount,
        max(churn_probability) as subscription_churn_probability,
        case max(case churn_risk_band when 'high' then 3 when 'medium' then 2 when 'low' then 1 end)
            when 3 then 'high'
            when 2 then 'medium'
            when 1 then 'low'
        end as subscription_churn_risk_band,
        min(expected_remaining_months) as subscription_expected_remaining_months,
        max(case when is_active then churn_reason end) as subscription_churn_reason
    from {{ ref('subscription_360') }}
    group by customer_id

),

features as (

    select *
    from {{ ref('customer_features') }}
    where as_of_date = {{ date_literal(var('as_of_date')) }}

),

rfm as (

    select *
    from {{ ref('customer_rfm') }}
    where as_of_date = {{ date_literal(var('as_of_date')) }}

),

joined as (

    select
        customers.customer_id,
        {{ date_literal(var('as_of_date')) }} as as_of_date,

        -- who
        customers.country,
        customers.acquisition_channel,
        customers.acquisition_cost_amount,
        customers.has_marketing_consent,
        customers.consent_status,
        customers.may_be_contacted,
        customers.birth_year,
        customers.gender,
        customers.has_account,
        customers.registered_at,

        -- what they did
        features.first_order_date,
        features.last_order_date,
        features.days_since_last_order,
        features.tenure_days,
        coalesce(features.order_count, 0) as order_count,
        coalesce(features.order_count_365d, 0) as order_count_365d,
        features.mean_order_gap_days,
        features.order_gap_ratio,
        cast(coalesce(features.net_amount, 0) as decimal(18, 2)) as net_amount,
        cast(coalesce(features.net_amount_365d, 0) as decimal(18, 2)) as net_amount_365d,
        features.net_margin_amount,
        features.average_order_amount,
        features.return_share,
        coalesce(features.distinct_product_count, 0) as distinct_product_count,
        features.event_count_90d,
        features.mean_rating,
        features.last_nps_score,
        case
            when subscriptions.active_subscription_count > 0 then true
            when subscriptions.customer_id is not null then false
            else features.has_active_subscription
        end as has_active_subscription,
        coalesce(subscriptions.active_subscription_count, 0) as active_subscription_count,
        coalesce(subscriptions.monthly_subscription_amount, cast(0 as decimal(18, 2))) as monthly_subscription_amount,
        coalesce(features.is_eligible, false) as is_eligible,
        case when features.customer_id is null then 'no purchase yet' else features.ineligible_reason end
            as ineligible_reason,
        rfm.recency_score,
        rfm.frequency_score,
        rfm.monetary_score,
        rfm.rfm_segment_name,

        -- what models say
        segments.segment_id,
        segments.segment_name,
        churn.status as churn_status,
        churn.reason as churn_reason,
        churn.horizon_days as churn_horizon_days,
        churn.churn_probability,
        churn.churn_risk_band,
        churn.reasons as churn_reasons,
        subscriptions.subscription_churn_probability,
        subscriptions.subscription_churn_risk_band,
        subscriptions.subscription_expected_remaining_months,
        subscriptions.subscription_churn_reason,
        clv.status as clv_status,
        clv.reason as clv_reason,
        clv.horizon_days as clv_horizon_days,
        clv.predicted_amount,
        clv.predicted_lower_amount,
        clv.predicted_upper_amount,
        {%- for days in var('clv_further_horizons_days') %}
        clv.predicted_{{ days }}d_amount,
        clv.predicted_{{ days }}d_lower_amount,
        clv.predicted_{{ days }}d_upper_amount,
        coalesce(clv.predicted_{{ days }}d_reason, clv.reason) as predicted_{{ days }}d_reason,
        {%- endfor %}
        clv.expected_order_count,
        clv.alive_probability,
        clv.historic_amount,
        clv.total_amount,
        clv.predicted_margin_amount,
        clv.total_margin_amount,
        clv.value_tier,
        cast(clv.total_amount as double) / nullif(cast(customers.acquisition_cost_amount as double), 0)
            as clv_to_cac_ratio
    from {{ ref('dim_customers') }} as customers
    left join features
        on customers.customer_id = features.customer_id
    left join rfm
        on customers.customer_id = rfm.customer_id
    left join segments
        on customers.customer_id = segments.customer_id
    left join churn
        on customers.customer_id = churn.customer_id
    left join clv
        on customers.customer_id = clv.customer_id
    left join subscriptions
        on customers.customer_id = subscriptions.customer_id

),

-- the first rule that fits; consent aside, of which there is one rule for all
advised as (

    select
        *,
        case
            when subscription_churn_risk_band = 'high' then 'save_contract'
            when order_count = 0 and has_active_subscription then 'keep_in_touch'
            when order_count = 0 and not has_active_subscription then 'win_back_offer'
            when order_count = 0 then 'first_purchase_offer'
            when churn_risk_band = 'high' and value_tier in ('top', 'high') then 'call_personally'
            when churn_risk_band = 'high' or not is_eligible then 'win_back_offer'
            when order_count = 1 then 'second_purchase_offer'
            when churn_risk_band = 'low' and value_tier in ('top', 'high') then 'reward_loyalty'
            when churn_risk_band is null then 'no_action'
            else 'keep_in_touch'
        end as next_best_action_with_consent
    from joined

),

allowed as (

    select
        *,
        case when may_be_contacted then next_best_action_with_consent else 'do_not_contact' end as next_best_action
    from advised

),

explained as (

    select
        *,
        case
            when next_best_action <> 'do_not_contact'
                then
                    case next_best_action
                        when 'save_contract' then 'a running contract is likely to end'
                        when 'first_purchase_offer' then 'has an account and no purchase yet'
                        when 'call_personally' then 'among the most valuable and likely to leave'
                        when 'win_back_offer' then 'likely to leave, or gone for long'
                        when 'second_purchase_offer' then 'bought once; the second purchase makes the difference'
                        when 'reward_loyalty' then 'among the most valuable and likely to stay'
                        when 'no_action' then 'no churn score to go by'
                        else 'a steady customer'
                    end
            when consent_status = 'refused' then 'has refused to be contacted'
            when consent_status = 'unsubscribed' then 'has unsubscribed'
            else 'no consent known'
        end as next_best_action_reason
    from allowed

)

select * from explained
