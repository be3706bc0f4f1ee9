{{ config(
    materialized='incremental',
    pre_hook="{{ forget_reloaded('campaign_touches', ['campaign_id', 'customer_id'], of_customers=true) }}"
) }}

with

newest as (

    {{ newest_reloaded('campaign_touches', ['campaign_id', 'customer_id'], of_customers=true) }}

),

merged as (

    select * from {{ ref('stg_customer_identities') }}

),

renamed as (

    select
        -- ids
        newest.campaign_id,
        coalesce(merged.customer_id, newest.customer_id) as customer_id,
        newest.customer_id as source_customer_id,

        -- numerics
        newest.contact_cost_amount,

        -- booleans
        newest.is_control,
        newest.is_opened,
        newest.is_clicked,

        -- timestamps
        newest.touched_at
    from newest
    left join merged
        on newest.customer_id = merged.source_customer_id

)

select * from renamed
