{{ config(
    materialized='incremental',
    pre_hook="{{ forget_reloaded('subscriptions', ['subscription_id'], of_customers=true) }}"
) }}

with

newest as (

    {{ newest_reloaded('subscriptions', ['subscription_id'], of_customers=true) }}

),

merged as (

    select * from {{ ref('stg_customer_identities') }}

),

renamed as (

    select
        -- ids
        newest.subscription_id,
        coalesce(merged.customer_id, newest.customer_id) as customer_id,
        newest.customer_id as source_customer_id,

        -- texts
        newest.plan_name,
        newest.payment_method,
        {{ told_attributes('newest.attributes', 'settings.contract_attributes') }} as attributes,

        -- numerics
        newest.monthly_amount,
        newest.total_charges_amount,
        newest.term_months,

        -- timestamps
        newest.started_at,
        newest.ended_at
    from newest
    cross join {{ source('state', 'source_settings') }} as settings
    left join merged
        on newest.customer_id = merged.source_customer_id

)

select * from renamed
