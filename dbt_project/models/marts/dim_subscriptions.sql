with

-- contracts begun before the run's date; an end from that date on is not known yet
known as (

    select
        *,
        cast(started_at as date) as started_date,
        case when ended_at < {{ run_date() }} then ended_at end as known_ended_at
    from {{ ref('stg_subscriptions') }}
    where started_at < {{ run_date() }}

),

-- an end before the start is taken for an end at the start
dated as (

    select
        *,
        known_ended_at is null as is_active,
        greatest(started_date, cast(coalesce(known_ended_at, {{ run_date() }}) as date))
            as known_until_date
    from known

),

measured as (

    select
        *,
        {{ whole_months_between('started_date', 'known_until_date') }} as tenure_months
    from dated

),

shaped as (

    select
        contracts.subscription_id,
        contracts.customer_id,
        terms.plan_name,
        terms.payment_method,
        terms.attributes,
        terms.term_months,
        cast(terms.monthly_amount as decimal(18, 2)) as monthly_amount,
        cast(terms.total_charges_amount as decimal(18, 2)) as total_charges_amount,
        contracts.started_at,
        contracts.known_ended_at as ended_at,
        contracts.is_active,
        {{ month_of('contracts.started_date') }} as cohort_month,
        contracts.tenure_months,
        cast(floor(contracts.tenure_months / terms.term_months) as integer) as renewal_count
    from measured as contracts
    left join {{ ref('int_subscription_terms') }} as terms
        on contracts.subscription_id = terms.subscription_id
        and {{ held_at(run_date(), 'terms.valid_from_at', 'terms.valid_to_at') }}

)

select * from shaped
