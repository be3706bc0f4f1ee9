with

newest as (

    {{ newest_rows_of_persons('campaign_touches', ['campaign_id', 'customer_id']) }}

),

renamed as (

    select
        -- ids
        campaign_id,
        person_id as customer_id,
        source_customer_id,

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
