with

-- whoever has an account or a contract or stands on an order; accounts opened from the run's date on are not known yet
accounts as (

    select *
    from {{ ref('int_customer_profiles') }}
    where {{ held_at(run_date(), 'valid_from_at', 'valid_to_at') }}

),

everyone as (

    select customer_id from accounts
    union
    select customer_id from {{ ref('fct_orders') }}
    where customer_id is not null
    union
    select customer_id from {{ ref('stg_subscriptions') }}
    where started_at < {{ run_date() }}

),

purchases as (

    select
        customer_id,
        min(order_date) as first_order_date,
        max(order_date) as last_order_date
    from {{ ref('fct_orders') }}
    where is_purchase
    group by customer_id

),

joined as (

    select
        everyone.customer_id,
        coalesce(accounts.country, countries.country) as country,
        accounts.acquisition_channel,
        cast(accounts.acquisition_cost_amount as decimal(18, 2)) as acquisition_cost_amount,
        accounts.has_marketing_consent,
        coalesce(consents.consent_status, 'unknown') as consent_status,
        coalesce(consents.may_be_contacted, false) as may_be_contacted,
        cast(extract(year from accounts.birth_date) as integer) as birth_year,
        accounts.gender,
        accounts.customer_id is not null as has_account,
        accounts.registered_at,
        purchases.first_order_date,
        purchases.last_order_date
    from everyone
    left join accounts
        on everyone.customer_id = accounts.customer_id
    left join {{ ref('int_customer_countries') }} as countries
        on everyone.customer_id = countries.customer_id
        and countries.valid_to_at is null
    left join {{ ref('int_customer_consents') }} as consents
        on everyone.customer_id = consents.customer_id
    left join purchases
        on everyone.customer_id = purchases.customer_id

)

select * from joined
