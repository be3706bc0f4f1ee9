with

newest as (

    {{ newest_rows_of_persons('customers', ['customer_id']) }}

),

renamed as (

    select
        -- ids
        person_id as customer_id,
        source_customer_id,

        -- texts
        first_name,
        last_name,
        email,
        phone,
        street_address,
        city,
        postcode,
        nullif({{ trimmed('country') }}, '') as country,
        gender,
        acquisition_channel,

        -- numerics
        acquisition_cost_amount,

        -- booleans
        has_marketing_consent,

        -- dates and timestamps
        birth_date,
        registered_at
    from newest

)

select * from renamed
