-- Consent that is not known is none. An unsubscription counts for good: the source dates it, but not the consent.
with

accounts as (

    select
        customer_id,
        has_marketing_consent
    from {{ ref('int_customer_profiles') }}
    where {{ held_at(run_date(), 'valid_from_at', 'valid_to_at') }}

),

unsubscribed as (

    select distinct customer_id
    from {{ ref('stg_events') }}
    where
        event_type = 'unsubscribe'
        and occurred_at < {{ run_date() }}
        and customer_id is not null

),

stated as (

    select
        coalesce(accounts.customer_id, unsubscribed.customer_id) as customer_id,
        case
            when unsubscribed.customer_id is not null then 'unsubscribed'
            when accounts.has_marketing_consent then 'given'
            when not accounts.has_marketing_consent then 'refused'
            else 'unknown'
        end as consent_status
    from accounts
    full outer join unsubscribed
        on accounts.customer_id = unsubscribed.customer_id

),

decided as (

    select
        customer_id,
        consent_status,
        consent_status = 'given' as may_be_contacted
    from stated

)

select * from decided
