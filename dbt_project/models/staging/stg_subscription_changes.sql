with

newest as (

    {{ newest_version(source('raw', 'subscription_changes'), ['subscription_id', 'changed_at']) }}

),

renamed as (

    select
        subscription_id,
        changed_at,
        plan_name,
        monthly_amount,
        term_months
    from newest

)

select * from renamed
