-- Nobody is contacted of whom no account known on the run's date gives consent, or one refuses it, or who has
-- unsubscribed: held against the rows as they came, not against the rule.
with

accounts as (

    select
        customer_id,
        count(case when has_marketing_consent then 1 end) as consent_count,
        count(case when not has_marketing_consent then 1 end) as refusal_count
    from {{ ref('stg_customers') }}
    where registered_at is null or registered_at < {{ date_literal(var('as_of_date')) }}
    group by customer_id

),

unsubscriptions as (

    select
        customer_id,
        count(*) as unsubscription_count
    from {{ ref('stg_events') }}
    where event_type = 'unsubscribe' and occurred_at < {{ date_literal(var('as_of_date')) }}
    group by customer_id

),

listed as (

    select customer_id from {{ ref('marketing_audience') }}
    union
    select customer_id from {{ ref('customer_360') }}
    where next_best_action <> 'do_not_contact' or may_be_contacted

)

select listed.customer_id
from listed
left join accounts
    on listed.customer_id = accounts.customer_id
left join unsubscriptions
    on listed.customer_id = unsubscriptions.customer_id
where
    coalesce(accounts.consent_count, 0) = 0
    or accounts.refusal_count > 0
    or coalesce(unsubscriptions.unsubscription_count, 0) > 0
