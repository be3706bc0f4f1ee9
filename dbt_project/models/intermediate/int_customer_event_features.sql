{{ incremental_by('snapshot') }}

with

daily as (

    select
        customer_id,
        cast(occurred_at as date) as event_date,
        {{ sampling_digits('customer_id') }} as sampling_digits,
        count(*) as event_count
    from {{ ref('stg_events') }}
    where customer_id is not null
    group by customer_id, cast(occurred_at as date)

),

dated as (

    select
        daily.customer_id,
        dates.as_of_date,
        daily.event_count,
        {{ days_between('daily.event_date', 'dates.as_of_date') }} as days_ago
    from {{ ref('int_snapshot_dates') }} as dates
    inner join daily
        on daily.event_date < dates.as_of_date
        and {{ snapshot_to_make('daily.customer_id', 'dates.as_of_date') }}
        and {{ is_in_sample('daily.sampling_digits', 'dates.sampled_below') }}

),

counted as (

    select
        customer_id,
        as_of_date,
        sum(case when days_ago <= 30 then event_count else 0 end) as event_count_30d,
        sum(case when days_ago <= 90 then event_count else 0 end) as event_count_90d,
        min(days_ago) as days_since_last_event
    from dated
    group by customer_id, as_of_date

)

select * from counted
