{%- set horizon_days = [var('churn_horizon_days'), var('clv_horizon_days')] | max -%}
{%- set own_count = var('long_horizon_snapshot_max_count') -%}
{%- set run_date = date_literal(var('as_of_date')) -%}

with

-- the label window of the last training date ends where the evaluation date begins, or some days before
candidates as (

    {{ snapshot_on(run_date, 'scoring') }}

    union all

    {{ snapshot_on(date_plus_days(run_date, -horizon_days), 'evaluation') }}
    {%- for date in training_dates(2 * horizon_days, var('snapshot_max_count')) %}

    union all

    {{ snapshot_on(date_literal(date), 'training') }}
    {%- endfor %}

    -- two horizons before the run's date itself, should the calendar have no date that late with enough history
    {%- for date in training_dates(2 * horizon_days, 1) %}

    union all

    {{ snapshot_on(date_plus_days(run_date, -2 * horizon_days), 'training', date_literal(date)) }}
    {%- endfor %}

    -- a longer horizon is judged that many days back and learned from as many days further back
    {%- for days in var('clv_further_horizons_days').values() if days > horizon_days and own_count %}

        union all

        {{ snapshot_on(date_plus_days(run_date, -days), 'long_horizon') }}
    {%- for date in training_dates(2 * days, own_count) %}

    union all

    {{ snapshot_on(date_literal(date), 'long_horizon') }}
    {%- endfor %}
    {%- for date in training_dates(2 * days, 1) %}

    union all

    {{ snapshot_on(date_plus_days(run_date, -2 * days), 'long_horizon', date_literal(date)) }}
    {%- endfor %}
    {%- endfor %}

),

first_order as (

    select
        cast(min(ordered_at) as date) as first_order_date,
        count(distinct customer_id) as customer_count
    from {{ ref('int_orders_netted') }}
    where order_kind = 'sale'

),

-- a business without orders has a history all the same: that of its contracts
first_subscription as (

    select cast(min(started_at) as date) as first_subscription_date
    from {{ ref('stg_subscriptions') }}

),

history as (

    select
        coalesce(first_order.first_order_date, first_subscription.first_subscription_date) as first_known_date,
        {{ sampled_below('first_order.customer_count') }} as sampled_below
    from first_order
    cross join first_subscription

),

possible as (

    select
        candidates.as_of_date,
        candidates.snapshot_role,
        candidates.stands_in_for,
        history.first_known_date,
        history.sampled_below,
        {{ date_plus_days('history.first_known_date', var('minimum_history_days')) }} as first_possible_date
    from candidates
    cross join history

),

wanted as (

    select
        as_of_date,
        first_known_date,
        sampled_below,
        min(case snapshot_role when 'scoring' then 1 when 'evaluation' then 2 when 'training' then 3 else 4 end)
            as role_rank
    from possible
    where
        snapshot_role = 'scoring'
        or (as_of_date >= first_possible_date and (stands_in_for is null or stands_in_for < first_possible_date))
    group by as_of_date, first_known_date, sampled_below

),

dated as (

    select
        as_of_date,
        case role_rank
            when 1 then 'scoring'
            when 2 then 'evaluation'
            when 3 then 'training'
            else 'long_horizon'
        end as snapshot_role,
        {{ date_plus_days('as_of_date', horizon_days) }} as label_end_date,
        first_known_date,
        -- everyone is scored, and judged on a horizon before; longer horizons are judged on the sample
        case when role_rank > 2 then sampled_below end as sampled_below
    from wanted

)

select * from dated
