with

costs as (

    select
        month,
        cast(sum(acquisition_cost_amount) as double) / nullif(sum(costed_new_customer_count), 0) as cac
    from {{ ref('acquisition_monthly') }}
    group by month

),

figures as (

    select
        month,
        'customer_acquisition_cost' as name,
        cac as value,
        cast(null as double) as lower_value,
        cast(null as double) as upper_value
    from costs
    where cac is not null

    union all

    select
        cohort_month as month,
        'payback_months' as name,
        cast(payback_months as double) as value,
        cast(null as double) as lower_value,
        cast(null as double) as upper_value
    from {{ ref('int_cohort_paybacks') }}
    where is_all_channels and cac is not null

    union all

    select
        month,
        'new_customer_revenue_share' as name,
        new_customer_share as value,
        cast(null as double) as lower_value,
        cast(null as double) as upper_value
    from {{ ref('revenue_new_and_returning') }}

)

select * from figures
