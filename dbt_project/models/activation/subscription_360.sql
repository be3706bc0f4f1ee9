with

scores as (

    {{ latest_scores(source('scores', 'subscription_churn'), 'subscription_id') }}

),

joined as (

    select
        subscriptions.subscription_id,
        subscriptions.customer_id,
        {{ run_date() }} as as_of_date,
        subscriptions.plan_name,
        subscriptions.term_months,
        subscriptions.monthly_amount,
        subscriptions.started_at,
        subscriptions.ended_at,
        subscriptions.is_active,
        subscriptions.tenure_months,
        scores.status as churn_status,
        scores.reason as churn_reason,
        scores.horizon_days as churn_horizon_days,
        scores.churn_probability,
        scores.churn_risk_band,
        scores.reasons as churn_reasons,
        scores.survival_3m_probability,
        scores.survival_6m_probability,
        scores.survival_12m_probability,
        scores.expected_remaining_months,
        scores.remaining_horizon_months
    from {{ ref('dim_subscriptions') }} as subscriptions
    left join scores
        on subscriptions.subscription_id = scores.subscription_id

)

select * from joined
