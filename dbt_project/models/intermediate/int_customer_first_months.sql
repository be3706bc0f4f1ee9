-- The month in which a customer is first known: that of the registration, the first order or the first contract. An
-- account without a date was always there: it counts from the first order or contract or, without either, from the
-- shop's first month.
with

documents as (

    select
        customer_id,
        min(order_date) as known_date
    from {{ ref('fct_orders') }}
    where customer_id is not null
    group by customer_id

),

contracts as (

    select
        customer_id,
        cast(min(started_at) as date) as known_date
    from {{ ref('stg_subscriptions') }}
    where started_at < {{ run_date() }}
    group by customer_id

),

known as (

    select
        customers.customer_id,
        least(cast(customers.registered_at as date), documents.known_date, contracts.known_date) as known_date
    from {{ ref('dim_customers') }} as customers
    left join documents
        on customers.customer_id = documents.customer_id
    left join contracts
        on customers.customer_id = contracts.customer_id

),

dated as (

    select
        customer_id,
        {{ month_of('coalesce(known_date, min(known_date) over ())') }} as first_month
    from known

)

select * from dated
