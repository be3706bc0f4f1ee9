with

-- contracts begun before the run's date; an end from that date on is not known yet
known as (

    select
        *,
        cast(started_at as date) as started_date,
        case when ended_at < {{ date_literal(var('as_of_date')) }} then ended_at end as known_ended_at
    from {{ ref('stg_subscriptions') }}
    where started_at < {{ date_literal(var('as_of_date')) }}

),

-- an end before the start is taken for an end at the start
dated as (

    select
        *,
        known_ended_at is null as is_active,
        greatest(started_date, cast(coalesce(known_ended_at, {{ date_literal(var('as_of_date')) }}) as date))
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
        subscription_id,
        customer_id,
        plan_name,
        payment_method,
        attributes,
        term_months,
        cast(monthly_amount as decimal(18, 2)) as monthly_amount,
        cast(total_charges_amount as decimal(18, 2)) as total_charges_amount,
        started_at,
        known_ended_at as ended_at,
        is_active,
        {{ month_of('started_date') }} as cohort_month,
        tenure_months,
        cast(floor(tenure_months / term_months) as integer) as renewal_count
    from measured

)

select * from shaped
