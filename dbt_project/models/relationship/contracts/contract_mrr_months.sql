{%- set runs = held_at('months.as_of_date', 'spans.started_at', 'spans.ended_at') -%}
{%- set so_far = 'partition by subscription_id order by month rows between unbounded preceding and 1 preceding' -%}

with

contracts as (

    select * from {{ ref('dim_subscriptions') }}

),

months as (

    {{ mrr_months() }}

),

-- a contract goes on until another of the customer's that follows soon; one that never ran neither goes on nor follows
followed as (

    select
        contracts.subscription_id,
        min(following.started_at) as followed_at
    from contracts
    inner join contracts as following
        on contracts.customer_id = following.customer_id
        and contracts.ended_at > contracts.started_at
        and contracts.ended_at <= following.started_at
        and (following.ended_at is null or following.ended_at > following.started_at)
        and cast(following.started_at as date)
        <= {{ date_plus_days('cast(contracts.ended_at as date)', var('contract_gap_days')) }}
    group by contracts.subscription_id

),

spans as (

    select
        contracts.subscription_id,
        contracts.customer_id,
        contracts.started_at,
        contracts.ended_at,
        coalesce(followed.followed_at, contracts.ended_at) as paid_until_at
    from contracts
    left join followed
        on contracts.subscription_id = followed.subscription_id

),

running as (

    select
        spans.subscription_id,
        spans.customer_id,
        months.month,
        months.as_of_date,
        months.is_complete_month,
        case when {{ runs }} then 'running' else 'bridged' end as contract_status,
        case when {{ runs }} then cast(months.as_of_date as timestamp) else spans.ended_at end as priced_at
    from spans
    inner join months
        on {{ held_at('months.as_of_date', 'spans.started_at', 'spans.paid_until_at') }}

),

last_months as (

    select
        subscription_id,
        customer_id,
        cast({{ dbt.dateadd('month', 1, 'max(month)') }} as date) as ended_month
    from running
    group by subscription_id, customer_id

),

-- joined apart, since an outer join on more than equal keys compares every row with every other
terms as (

    select
        running.subscription_id,
        running.month,
        terms.plan_name,
        cast(terms.monthly_amount as decimal(18, 2)) as monthly_amount
    from running
    inner join {{ ref('int_subscription_terms') }} as terms
        on running.subscription_id = terms.subscription_id
        and {{ held_at('running.priced_at', 'terms.valid_from_at', 'terms.valid_to_at') }}

),

priced as (

    select
        running.subscription_id,
        running.customer_id,
        running.month,
        running.as_of_date,
        running.is_complete_month,
        running.contract_status,
        terms.plan_name,
        terms.monthly_amount
    from running
    left join terms
        on running.subscription_id = terms.subscription_id and running.month = terms.month

    union all

    select
        last_months.subscription_id,
        last_months.customer_id,
        months.month,
        months.as_of_date,
        months.is_complete_month,
        'ended' as contract_status,
        null as plan_name,
        null as monthly_amount
    from last_months
    inner join months
        on last_months.ended_month = months.month

),

-- a price that is not known is one; who pays nothing is not counted as paying
paid as (

    select
        *,
        contract_status <> 'ended' and (monthly_amount is null or monthly_amount > 0) as is_paying,
        cast(coalesce(monthly_amount, 0) as decimal(18, 2)) as mrr_amount
    from priced

),

compared as (

    select
        *,
        lag(month) over in_order is not null as was_running,
        lag(plan_name) over in_order as former_plan_name,
        lag(monthly_amount) over in_order as former_monthly_amount,
        cast(coalesce(lag(mrr_amount) over in_order, 0) as decimal(18, 2)) as opening_mrr_amount,
        coalesce(lag(is_paying) over in_order, false) as was_paying,
        coalesce(max(case when is_paying then 1 else 0 end) over ({{ so_far }}), 0) = 1 as has_paid_before
    from paid
    window in_order as (partition by subscription_id order by month)

),

-- a price that became known, or is known no more, is no event of the contract
moved as (

    select
        *,
        case
            when
                was_running
                and contract_status <> 'ended'
                and (monthly_amount is null or former_monthly_amount is null)
                then mrr_amount - opening_mrr_amount
            else 0
        end as newly_priced_mrr_amount
    from compared

),

shaped as (

    select
        subscription_id,
        customer_id,
        month,
        as_of_date,
        contract_status,
        plan_name,
        former_plan_name,
        is_paying,
        contract_status <> 'ended' and monthly_amount is null as is_unpriced,
        opening_mrr_amount,
        {{ mrr_movement('was_paying', 'is_paying', 'has_paid_before',
            'mrr_amount - opening_mrr_amount - newly_priced_mrr_amount') }} as movement,
        cast(mrr_amount - opening_mrr_amount - newly_priced_mrr_amount as decimal(18, 2)) as movement_mrr_amount,
        cast(newly_priced_mrr_amount as decimal(18, 2)) as newly_priced_mrr_amount,
        mrr_amount,
        is_complete_month
    from moved

)

select * from shaped
