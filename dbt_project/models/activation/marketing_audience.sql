with

contactable as (

    select
        customer_id,
        as_of_date,
        country,
        segment_name,
        rfm_segment_name,
        churn_risk_band,
        value_tier,
        next_best_action,
        next_best_action_reason
    from {{ ref('customer_360') }}
    where may_be_contacted

)

select * from contactable
