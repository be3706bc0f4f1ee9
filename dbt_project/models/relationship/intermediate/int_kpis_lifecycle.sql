{% set columns = {
    'live_customer_count': 'live_count',
    'customer_retention_share': 'retention_share',
    'customer_churn_share': 'churn_share',
    'customer_reactivation_share': 'reactivation_share',
    'customer_growth_share': 'growth_share',
    'customer_quick_ratio': 'quick_ratio',
} %}

with

figures as (

    {{ kpi_figures(ref('lifecycle_rates'), columns) }}

)

select * from figures
