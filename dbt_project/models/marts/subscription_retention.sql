with

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
        count(*) as cohort_subscription_count
    from subscriptions
    group by cohort_month

),

-- what ends later than all of a cohort have been watched changes nothing, so that a row says the same for ever
watched as (

    {{ cohort_months('cohorts', whole_months_only=true) }}

),

counted as (

    select
        watched.cohort_month,
        watched.month_count as months_since_start,
        watched.cohort_subscription_count,
        count(
            case
                when subscriptions.is_active or subscriptions.last_retained_month >= watched.month_count then 1
            end
        ) as retained_subscription_count
    from watched
    inner join subscriptions
        on watched.cohort_month = subscriptions.cohort_month
    group by watched.cohort_month, watched.month_count, watched.cohort_subscription_count

),

retained as (

    select
        cohort_month,
        months_since_start,
        cast(cohort_subscription_count as integer) as cohort_subscription_count,
        cast(retained_subscription_count as integer) as retained_subscription_count,
        cast(retained_subscription_count as double) / cohort_subscription_count as retention_share
    from counted

)

select * from retained
