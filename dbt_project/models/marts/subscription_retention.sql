with

series as (

    {{ dbt.generate_series(1200) }}

),

-- up to 100 years of them
months as (

    select cast(generated_number - 1 as integer) as months_since_start from series

),

-- an end before the start is taken for an end at the start
dated as (

    select
        cohort_month,
        is_active,
        cast(started_at as date) as started_date,
        {{ date_plus_days('greatest(cast(started_at as date), cast(ended_at as date))', -1) }} as last_date
    from {{ ref('dim_subscriptions') }}

),

-- still there after so many months is whoever ends later than just then: paid for one month to the day is month 0 only
subscriptions as (

    select
        cohort_month,
        is_active,
        {{ whole_months_between('started_date', 'last_date') }} as last_retained_month
    from dated

),

cohorts as (

    select
        cohort_month,
        cast(count(*) as integer) as cohort_subscription_count
    from subscriptions
    group by cohort_month

),

-- as far as all contracts of a cohort, also those begun on its last day, have been watched: what ends later than that
-- changes nothing, so that a row says the same for ever
watched as (

    select
        cohorts.cohort_month,
        cohorts.cohort_subscription_count,
        months.months_since_start
    from cohorts
    cross join months
    where
        {{ dbt.dateadd('month', 'months.months_since_start + 1', 'cohorts.cohort_month') }}
        <= {{ date_literal(var('as_of_date')) }}

),

retained as (

    select
        watched.cohort_month,
        watched.months_since_start,
        watched.cohort_subscription_count,
        cast(
            count(
                case
                    when
                        subscriptions.is_active
                        or subscriptions.last_retained_month >= watched.months_since_start
                        then 1
                end
            ) as integer
        ) as retained_subscription_count
    from watched
    inner join subscriptions
        on watched.cohort_month = subscriptions.cohort_month
    group by watched.cohort_month, watched.months_since_start, watched.cohort_subscription_count

),

shared as (

    select
        *,
        cast(retained_subscription_count as double) / cohort_subscription_count as retention_share
    from retained

)

select * from shared
