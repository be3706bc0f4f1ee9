{{ incremental_by('snapshot') }}

-- What the shop knew of the person: an account opened on or after the date was not there yet.
with

snapshots as (

    select
        customer_id,
        as_of_date
    from {{ ref('int_customer_order_features') }}
    where {{ snapshot_to_make('customer_id', 'as_of_date') }}

),

-- joined apart, since an outer join on more than equal keys compares every row with every other
profiles as (

    select
        snapshots.as_of_date,
        profiles.*
    from snapshots
    inner join {{ ref('int_customer_profiles') }} as profiles
        on snapshots.customer_id = profiles.customer_id
        and {{ held_at('snapshots.as_of_date', 'profiles.valid_from_at', 'profiles.valid_to_at') }}

),

countries as (

    select
        snapshots.as_of_date,
        countries.*
    from snapshots
    inner join {{ ref('int_customer_countries') }} as countries
        on snapshots.customer_id = countries.customer_id
        and {{ held_at('snapshots.as_of_date', 'countries.valid_from_at', 'countries.valid_to_at') }}

),

profiled as (

    select
        orders.customer_id,
        orders.as_of_date,
        coalesce(customers.country, countries.country) as country,
        customers.acquisition_channel,
        customers.gender,
        extract(year from orders.as_of_date) - extract(year from customers.birth_date)
        - case
            when
                extract(month from orders.as_of_date) * 100 + extract(day from orders.as_of_date)
                < extract(month from customers.birth_date) * 100 + extract(day from customers.birth_date)
                then 1
            else 0
        end as age_years,
        {{ days_between('cast(customers.registered_at as date)', 'orders.as_of_date') }} as days_since_registration
    from snapshots as orders
    left join profiles as customers
        on orders.customer_id = customers.customer_id and orders.as_of_date = customers.as_of_date
    left join countries
        on orders.customer_id = countries.customer_id and orders.as_of_date = countries.as_of_date

)

select * from profiled
