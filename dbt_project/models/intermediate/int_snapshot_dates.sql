{%- set horizon_days = [var('churn_horizon_days'), var('clv_horizon_days')] | max -%}

with

candidates as (

    select {{ date_literal(var('as_of_date')) }} as as_of_date, 'scoring' as snapshot_role

    union all

    select
        {{ date_plus_days(date_literal(var('as_of_date')), -horizon_days) }} as as_of_date,
        'evaluation' as snapshot_role

    -- the label window of the last training date ends where the evaluation date begins, or some days before
    {%- for date in training_dates(2 * horizon_days, var('snapshot_max_count')) %}

    union all

    select {{ date_literal(date) }} as as_of_date, 'training' as snapshot_role
    {%- endfor %}

),

-- a longer horizon is judged that many days back and learned from as many days further back
long_horizons as (

    select cast(null as date) as as_of_date
    {%- set own_count = var('long_horizon_snapshot_max_count') %}
    {%- for days in var('clv_further_horizons_days') if days > horizon_days and own_count %}

    union all

    select {{ date_plus_days(date_literal(var('as_of_date')), -days) }} as as_of_date
    {%- for date in training_dates(2 * days, own_count) %}

    union all

    select {{ date_literal(date) }} as as_of_date
    {%- endfor %}
    {%- endfor %}

),

wanted as (

    select
        as_of_date,
        snapshot_role
    from candidates

    union all

    select distinct
        as_of_date,
        'long_horizon' as snapshot_role
    from long_horizons
    where as_of_date is not null and as_of_date not in (select candidates.as_of_date from candidates)

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
        wanted.as_of_date,
        wanted.snapshot_role,
        {{ date_plus_days('wanted.as_of_date', horizon_days) }} as label_end_date
    from wanted
    cross join history
    where
        wanted.snapshot_role = 'scoring'
        or wanted.as_of_date >= {{ date_plus_days('history.first_known_date', var('minimum_history_days')) }}

)

select * from dated
