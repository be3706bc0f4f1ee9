{{ config(
    materialized='incremental',
    pre_hook="{{ forget_reloaded('feedback', ['feedback_id'], of_customers=true) }}"
) }}

with

newest as (

    {{ newest_reloaded('feedback', ['feedback_id'], of_customers=true) }}

),

merged as (

    select * from {{ ref('stg_customer_identities') }}

),

renamed as (

    select
        -- ids
        newest.feedback_id,
        coalesce(merged.customer_id, nullif(newest.customer_id, '')) as customer_id,
        nullif(newest.customer_id, '') as source_customer_id,
        newest.order_id,
        nullif(upper(trim(newest.product_code)), '') as product_code,

        -- numerics
        newest.rating,
        newest.nps_score,

        -- texts
        newest.feedback_text,

        -- timestamps
        newest.given_at
    from newest
    left join merged
        on newest.customer_id = merged.source_customer_id

)

select * from renamed
