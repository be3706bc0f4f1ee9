with

source_settings as (

    select contract_attributes from {{ source('state', 'source_settings') }}

),

-- when a file arrived stays the same when it is read again; where that is not known, it was when it was read
loads as (

    select
        load_id,
        min(arrived_at) as arrived_at
    from {{ source('quality', 'file_loads') }}
    group by load_id

),

-- the newest first, as everywhere (var newest_first)
ranked as (

    select
        subscriptions.*,
        coalesce(loads.arrived_at, subscriptions._loaded_at) as own_arrived_at,
        row_number() over (partition by subscriptions.subscription_id order by {{ var('newest_first') }})
            as version_rank
    from {{ source('raw', 'subscriptions') }} as subscriptions
    left join loads
        on subscriptions._load_id = loads.load_id
    where subscriptions._is_gone is not true

),

numbered as (

    select
        subscription_id,
        plan_name,
        payment_method,
        {{ told_attributes('ranked.attributes', 'source_settings.contract_attributes') }} as attributes,
        monthly_amount,
        total_charges_amount,
        term_months,
        started_at,
        ended_at,
        -- what is older was there before, whenever its file was read
        min(own_arrived_at) over (
            partition by subscription_id
            order by version_rank
            rows between unbounded preceding and current row
        ) as arrived_at,
        count(*) over (partition by subscription_id) - version_rank + 1 as version_number
    from ranked
    cross join source_settings

)

select * from numbered
