-- From the month in which a customer is first known; each is looked at when the next month begins, the one in progress
-- on the run's date. An account without a date was always there: it counts from the first order or contract or, without
-- either, from the shop's first month.
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

shop as (

    select {{ month_of('min(known_date)') }} as cohort_month
    from known
    having min(known_date) is not null

),

calendar as (

    {{ cohort_months('shop') }}

),

dated as (

    select
        lived_month as month,
        least(cast({{ dbt.dateadd('month', 1, 'lived_month') }} as date), {{ run_date() }}) as evaluated_on,
        cast({{ dbt.dateadd('month', 1, 'lived_month') }} as date) <= {{ run_date() }} as is_complete_month
    from calendar

),

lived as (

    select
        known.customer_id,
        dated.month,
        dated.evaluated_on,
        dated.is_complete_month
    from dated
    inner join known
        on known.known_date is null or dated.month >= {{ month_of('known.known_date') }}

)

select * from lived
