with

identities as (

    select * from {{ source('pii', 'customer_identities') }}

),

merged as (

    select
        -- ids
        source_customer_id,
        customer_id
    from identities
    where source_customer_id <> customer_id

)

select * from merged
