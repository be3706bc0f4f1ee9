with

newest as (

    {{ newest_rows_of_persons('feedback', ['feedback_id']) }}

),

renamed as (

    select
        -- ids
        feedback_id,
        person_id as customer_id,
        source_customer_id,
        order_id,
        nullif({{ as_code('product_code') }}, '') as product_code,

        -- numerics
        rating,
        nps_score,

        -- texts
        feedback_text,

        -- timestamps
        given_at
    from newest

)

select * from renamed
