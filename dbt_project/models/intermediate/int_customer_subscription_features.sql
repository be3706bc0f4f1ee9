{{ incremental_by('snapshot') }}

with

active as (

    select distinct
        subscriptions.customer_id,
        dates.as_of_date,
        true as has_active_subscription
    from {{ ref('int_snapshot_dates') }} as dates
    inner join {{ ref('stg_subscriptions') }} as subscriptions
        on {{ held_at('dates.as_of_date', 'subscriptions.started_at', 'subscriptions.ended_at') }}
        and {{ snapshot_to_make('subscriptions.customer_id', 'dates.as_of_date') }}

)

select * from active
