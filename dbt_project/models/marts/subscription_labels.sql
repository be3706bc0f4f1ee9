with

-- only dates whose windows have closed
running as (

    select
        subscriptions.subscription_id,
        dates.as_of_date,
        subscriptions.ended_at is not null
        and subscriptions.ended_at < {{ date_plus_days('dates.as_of_date', var('churn_horizon_days')) }} as is_churned
    from {{ ref('int_snapshot_dates') }} as dates
    inner join {{ ref('stg_subscriptions') }} as subscriptions
        on {{ held_at('dates.as_of_date', 'subscriptions.started_at', 'subscriptions.ended_at') }}
    where
        {{ date_plus_days('dates.as_of_date', var('churn_horizon_days')) }}
        <= {{ run_date() }}

),

labelled as (

    select
        subscription_id,
        as_of_date,
        cast({{ var('churn_horizon_days') }} as integer) as churn_horizon_days,
        is_churned
    from running

)

select * from labelled
