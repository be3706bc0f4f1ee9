with

newest as (

    {{ newest_version(source('raw', 'subscriptions'), ['subscription_id']) }}

),

renamed as (

    select
        -- ids
        subscription_id,
        customer_id,

        -- texts
        plan_name,
        payment_method,
        attributes,

        -- numerics
        monthly_amount,
        total_charges_amount,
        term_months,

        -- timestamps
        started_at,
        ended_at
    from newest

)

select * from renamed
