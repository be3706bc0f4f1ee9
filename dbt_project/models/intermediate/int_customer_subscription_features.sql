{{ config(materialized='incremental', pre_hook="{{ forget_snapshots() }}") }}

with

active as (

    select distinct
        subscriptions.customer_id,
        dates.as_of_date,
        true as has_active_subscription
    from {{ ref('int_snapshot_dates') }} as dates
    inner join {{ ref('stg_subscriptions') }} as subscriptions
        on subscriptions.started_at < dates.as_of_date
        and (subscriptions.ended_at is null or subscriptions.ended_at >= dates.as_of_date)
        and {{ snapshot_to_make('subscriptions.customer_id', 'dates.as_of_date') }}

)

select * from active
