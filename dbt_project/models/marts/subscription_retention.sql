with

series as (

    {{ dbt.generate_series(600) }}

),

-- up to 50 years of them
months as (

    select cast(generated_number - 1 as integer) as months_since_start from series

),

subscriptions as (

    select *
    from {{ ref('dim_subscriptions') }}

),

cohorts as (

    select
        cohort_month,
        cast(count(*) as integer) as cohort_subscription_count
    from subscriptions
    group by cohort_month

),

-- as far as all contracts of a cohort, also those begun on its last day, have been watched
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
                    when subscriptions.is_active or subscriptions.tenure_months > watched.months_since_start then 1
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
