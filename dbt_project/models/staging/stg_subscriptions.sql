with

source_settings as (

    select contract_attributes from {{ source('state', 'source_settings') }}

),

newest as (

    {{ newest_rows_of_persons('subscriptions', ['subscription_id']) }}

),

renamed as (

    select
        -- ids
        newest.subscription_id,
        newest.person_id as customer_id,
        newest.source_customer_id,

        -- texts
        newest.plan_name,
        newest.payment_method,
        {{ told_attributes('newest.attributes', 'source_settings.contract_attributes') }} as attributes,

        -- numerics
        newest.monthly_amount,
        newest.total_charges_amount,
        newest.term_months,

        -- timestamps
        newest.started_at,
        newest.ended_at
    from newest
    cross join source_settings

)

select * from renamed
