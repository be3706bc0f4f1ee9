with

newest as (

    {{ newest_rows_of_persons('events', ['event_id']) }}

),

renamed as (

    select
        -- ids
        event_id,
        person_id as customer_id,
        source_customer_id,
        session_id,
        nullif({{ as_code('product_code') }}, '') as product_code,

        -- texts
        event_type,

        -- timestamps
        occurred_at
    from newest

)

select * from renamed
