-- Consent that is not known is none. An unsubscription counts for good: the source dates it, but not the consent.
with

unsubscribed as (

    select distinct customer_id
    from {{ ref('stg_events') }}
    where
        event_type = 'unsubscribe'
        and occurred_at < {{ date_literal(var('as_of_date')) }}

),

customers as (

    select * from {{ ref('customer_360') }}

),

contactable as (

    select
        customers.customer_id,
        customers.as_of_date,
        customers.country,
        customers.segment_name,
        customers.rfm_segment_name,
        customers.churn_risk_band,
        customers.value_tier,
        customers.next_best_action,
        customers.next_best_action_reason
    from customers
    left join unsubscribed
        on customers.customer_id = unsubscribed.customer_id
    where
        customers.has_marketing_consent = true
        and unsubscribed.customer_id is null

)

select * from contactable
