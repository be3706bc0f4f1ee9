{{ config(
    materialized='incremental',
    pre_hook="{{ forget_reloaded('customers', ['customer_id'], of_customers=true) }}"
) }}

with

newest as (

    {{ newest_reloaded('customers', ['customer_id'], of_customers=true) }}

),

merged as (

    select * from {{ ref('stg_customer_identities') }}

),

renamed as (

    select
        -- ids
        coalesce(merged.customer_id, newest.customer_id) as customer_id,
        newest.customer_id as source_customer_id,

        -- texts
        newest.first_name,
        newest.last_name,
        newest.email,
        newest.phone,
        newest.street_address,
        newest.city,
        newest.postcode,
        nullif(trim(newest.country), '') as country,
        newest.gender,
        newest.acquisition_channel,

        -- numerics
        newest.acquisition_cost_amount,

        -- booleans
        newest.has_marketing_consent,

        -- dates and timestamps
        newest.birth_date,
        newest.registered_at
    from newest
    left join merged
        on newest.customer_id = merged.source_customer_id

)

select * from renamed
