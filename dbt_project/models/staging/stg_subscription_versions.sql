with

numbered as (

    select
        subscription_id,
        plan_name,
        payment_method,
        attributes,
        monthly_amount,
        total_charges_amount,
        term_months,
        started_at,
        ended_at,
        {{ arrived_at() }} as arrived_at,
        row_number() over (partition by subscription_id order by _loaded_at, _row_number, _load_id, _row_hash)
            as version_number
    from {{ source('raw', 'subscriptions') }}

)

select * from numbered
