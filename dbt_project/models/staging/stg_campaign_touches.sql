with

newest as (

    {{ newest_version(source('raw', 'campaign_touches'), ['campaign_id', 'customer_id']) }}

),

renamed as (

    select
        -- ids
        campaign_id,
        customer_id,

        -- numerics
        contact_cost_amount,

        -- booleans
        is_control,
        is_opened,
        is_clicked,

        -- timestamps
        touched_at
    from newest

)

select * from renamed
