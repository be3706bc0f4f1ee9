with

snapshots as (

    select
        as_of_date as to_as_of_date,
        lag(as_of_date) over (order by as_of_date) as from_as_of_date
    from (select distinct as_of_date from {{ ref('customer_rfm') }}) as dates

),

moves as (

    select
        snapshots.from_as_of_date,
        snapshots.to_as_of_date,
        case
            when departures.customer_id is null then 'not yet a customer'
            else coalesce(departures.rfm_segment_name, 'not scored')
        end as from_rfm_segment_name,
        coalesce(arrivals.rfm_segment_name, 'not scored') as to_rfm_segment_name
    from snapshots
    inner join {{ ref('customer_rfm') }} as arrivals
        on snapshots.to_as_of_date = arrivals.as_of_date
    left join {{ ref('customer_rfm') }} as departures
        on snapshots.from_as_of_date = departures.as_of_date
        and arrivals.customer_id = departures.customer_id
    where snapshots.from_as_of_date is not null

),

counted as (

    select
        from_as_of_date,
        to_as_of_date,
        from_rfm_segment_name,
        to_rfm_segment_name,
        count(*) as customer_count
    from moves
    group by from_as_of_date, to_as_of_date, from_rfm_segment_name, to_rfm_segment_name

),

shared as (

    select
        from_as_of_date,
        to_as_of_date,
        {{ days_between('from_as_of_date', 'to_as_of_date') }} as days_between,
        from_rfm_segment_name,
        to_rfm_segment_name,
        from_rfm_segment_name != to_rfm_segment_name as has_moved,
        cast(customer_count as integer) as customer_count,
        cast(customer_count as double)
        / cast(sum(customer_count) over (partition by to_as_of_date, from_rfm_segment_name) as double)
            as from_segment_share
    from counted

)

select * from shared
