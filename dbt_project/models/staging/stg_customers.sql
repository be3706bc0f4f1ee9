with

newest as (

    {{ newest_version(source('raw', 'customers'), ['customer_id']) }}

),

renamed as (

    select
        -- ids
        customer_id,

        -- texts
        first_name,
        last_name,
        email,
        phone,
        street_address,
        city,
        postcode,
        nullif(trim(country), '') as country,
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
