{{ config(
    materialized='incremental',
    pre_hook="{{ forget_reloaded('orders', ['order_id'], of_customers=true) }}"
) }}

with

newest as (

    {{ newest_reloaded('orders', ['order_id'], of_customers=true) }}

),

merged as (

    select * from {{ ref('stg_customer_identities') }}

),

renamed as (

    select
        -- ids
        newest.order_id,
        coalesce(merged.customer_id, nullif(newest.customer_id, '')) as customer_id,
        nullif(newest.customer_id, '') as source_customer_id,

        -- texts
        newest.order_kind,
        newest.order_status,
        nullif(upper(trim(newest.currency)), '') as currency,
        nullif(trim(newest.country), '') as country,
        newest.sales_channel,

        -- numerics
        newest.order_amount,

        -- timestamps
        newest.ordered_at,
        -- a date of cancellation says as much as the status; without one, the order never stood
        case
            when newest.order_status = 'cancelled' or newest.cancelled_at is not null
                then greatest(coalesce(newest.cancelled_at, newest.ordered_at), newest.ordered_at)
        end as cancelled_at
    from newest
    left join merged
        on newest.customer_id = merged.source_customer_id

)

select * from renamed
