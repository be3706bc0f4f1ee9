with

newest as (

    {{ newest_rows('campaigns', ['campaign_id']) }}

),

renamed as (

    select
        -- ids
        campaign_id,

        -- texts
        campaign_name,
        campaign_channel,

        -- numerics
        fixed_cost_amount,

        -- timestamps
        started_at,
        ended_at
    from newest

)

select * from renamed
