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
    left join {{ ref('int_customer_profiles') }} as customers
        on orders.customer_id = customers.customer_id
        and {{ held_at('orders.as_of_date', 'customers.valid_from_at', 'customers.valid_to_at') }}
    left join {{ ref('int_customer_countries') }} as countries
        on orders.customer_id = countries.customer_id
        and {{ held_at('orders.as_of_date', 'countries.valid_from_at', 'countries.valid_to_at') }}

)

select * from profiled
