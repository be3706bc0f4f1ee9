with

dates as (

    select distinct as_of_date from {{ ref('customer_rfm') }}

),

pairs as (

    select
        as_of_date as to_as_of_date,
        lag(as_of_date) over (order by as_of_date) as from_as_of_date
    from dates

),

earlier as (

    select * from pairs
    where from_as_of_date is not null

),

moves as (

    {{ segment_moves(ref('customer_rfm'), 'earlier', 'rfm_segment_name') }}

)

select * from moves
