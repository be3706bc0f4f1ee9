-- Of everyone who may be contacted an account known on the run's date gives consent, none refuses it, and nobody has
-- unsubscribed: held against the rows as they came, not against the rule.
with

accounts as (

    select
        customer_id,
        count(case when has_marketing_consent then 1 end) as consent_count,
        count(case when not has_marketing_consent then 1 end) as refusal_count
    from {{ ref('stg_customers') }}
    where registered_at is null or registered_at < {{ run_date() }}
    group by customer_id

),

unsubscribed as (

    select customer_id
    from {{ ref('stg_events') }}
    where event_type = 'unsubscribe' and occurred_at < {{ run_date() }}

)

select customers.customer_id
from {{ ref('dim_customers') }} as customers
left join accounts
    on customers.customer_id = accounts.customer_id
where
    customers.may_be_contacted
    and (
        coalesce(accounts.consent_count, 0) = 0
        or accounts.refusal_count > 0
        or customers.customer_id in (select customer_id from unsubscribed where customer_id is not null)
    )
