-- From the month in which a customer is first known; each is looked at when the next month begins, the one in progress
-- on the run's date.
with

shop as (

    select min(first_month) as cohort_month
    from {{ ref('int_customer_first_months') }}
    having min(first_month) is not null

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
        customers.customer_id,
        dated.month,
        dated.evaluated_on,
        dated.is_complete_month
    from dated
    inner join {{ ref('int_customer_first_months') }} as customers
        on dated.month >= customers.first_month

)

select * from lived
