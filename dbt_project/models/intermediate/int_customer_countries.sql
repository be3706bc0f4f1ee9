{{ incremental_by('customer_id') }}

-- From the order in which a customer is first seen with a country until the order with another.
with

named as (

    select
        order_id,
        customer_id,
        country,
        ordered_at,
        lag(country) over (partition by customer_id order by ordered_at, order_id) as country_before
    from {{ changed(ref('int_orders_netted')) }}
    where customer_id is not null and country is not null

),

changes as (

    select
        customer_id,
        country,
        ordered_at as valid_from_at,
        lead(ordered_at) over (partition by customer_id order by ordered_at, order_id) as valid_to_at
    from named
    where country_before is null or country_before <> country

),

-- two countries at the same moment: the later order of the two stands
periods as (

    select *
    from changes
    where valid_to_at is null or valid_to_at > valid_from_at

)

select * from periods
