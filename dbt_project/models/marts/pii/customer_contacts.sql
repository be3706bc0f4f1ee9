with

contacts as (

    select
        customer_id,
        first_name,
        last_name,
        email,
        phone,
        street_address,
        postcode,
        city,
        country,
        birth_date
    from {{ ref('stg_customers') }}

)

select * from contacts
