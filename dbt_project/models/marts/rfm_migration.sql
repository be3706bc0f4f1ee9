with

dates as (

    select distinct
        rfm.as_of_date,
        dates.sampled_below
    from {{ ref('customer_rfm') }} as rfm
    inner join {{ ref('int_snapshot_dates') }} as dates
        on rfm.as_of_date = dates.as_of_date

),

pairs as (

    select
        as_of_date as to_as_of_date,
        lag(as_of_date) over (order by as_of_date) as from_as_of_date,
        lag(sampled_below) over (order by as_of_date) as from_sampled_below
    from dates

),

earlier as (

    select * from pairs
    where from_as_of_date is not null

),

-- the samples of earlier dates are the smaller ones: whom a date does not hold is not new on the next
{% set among = is_in_sample(sampling_digits('arrivals.customer_id'), 'pairs.from_sampled_below') -%}
moves as (

    {{ segment_moves(ref('customer_rfm'), 'earlier', 'rfm_segment_name', among=among) }}

),

shared as (

    select
        moves.*,
        {{ sampled_share('earlier.from_sampled_below') }} as sampled_share
    from moves
    inner join earlier
        on moves.to_as_of_date = earlier.to_as_of_date

)

select * from shared
