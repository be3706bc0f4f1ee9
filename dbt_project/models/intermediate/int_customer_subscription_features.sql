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
        and {{ is_in_sample(sampling_digits('subscriptions.customer_id'), 'dates.sampled_below') }}

)

select * from active
