with

newest as (

    {{ newest_version(source('raw', 'feedback'), ['feedback_id']) }}

),

renamed as (

    select
        -- ids
        feedback_id,
        nullif(customer_id, '') as customer_id,
        order_id,
        nullif(upper(trim(product_code)), '') as product_code,

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
