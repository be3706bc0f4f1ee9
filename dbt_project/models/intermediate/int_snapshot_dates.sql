{%- set horizon_days = [var('churn_horizon_days'), var('clv_horizon_days')] | max -%}

with

candidates as (

    select {{ date_literal(var('as_of_date')) }} as as_of_date, 'scoring' as snapshot_role

    union all

    select
        {{ date_plus_days(date_literal(var('as_of_date')), -horizon_days) }} as as_of_date,
        'evaluation' as snapshot_role

    -- the label window of the last training date ends where the evaluation date begins
    {%- for step in range(var('snapshot_max_count')) %}

    union all

    select
        {{ date_plus_days(
            date_literal(var('as_of_date')), -(2 * horizon_days + step * var('snapshot_step_days'))
        ) }} as as_of_date,
        'training' as snapshot_role
    {%- endfor %}

),

first_order as (

    select cast(min(ordered_at) as date) as first_order_date
    from {{ ref('int_orders_netted') }}
    where order_kind = 'sale'

),

-- a business without orders has a history all the same: that of its contracts
first_subscription as (

    select cast(min(started_at) as date) as first_subscription_date
    from {{ ref('stg_subscriptions') }}

),

history as (

    select coalesce(first_order.first_order_date, first_subscription.first_subscription_date) as first_known_date
    from first_order
    cross join first_subscription

),

dated as (

    select
        candidates.as_of_date,
        candidates.snapshot_role,
        {{ date_plus_days('candidates.as_of_date', horizon_days) }} as label_end_date
    from candidates
    cross join history
    where
        candidates.snapshot_role = 'scoring'
        or candidates.as_of_date >= {{ date_plus_days('history.first_known_date', var('minimum_history_days')) }}

)

select * from dated
