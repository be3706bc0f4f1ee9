with

costs as (

    select
        month,
        cast(sum(acquisition_cost_amount) as double) / nullif(sum(costed_new_customer_count), 0) as cac
    from {{ ref('acquisition_monthly') }}
    group by month

),

figures as (

    {{ kpi_figures('costs', {'customer_acquisition_cost': 'cac'}, where='cac is not null') }}

    union all

    {{ kpi_figures(
        ref('int_cohort_paybacks'),
        {'payback_months': 'payback_months'},
        month='cohort_month',
        where='is_all_channels and cac is not null',
    ) }}

    union all

    {{ kpi_figures(ref('revenue_new_and_returning'), {'new_customer_revenue_share': 'new_customer_share'}) }}

)

select * from figures
