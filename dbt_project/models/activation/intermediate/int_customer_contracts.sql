with

-- the running contract at the greatest risk speaks for its customer
summarised as (

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

)

select * from summarised
