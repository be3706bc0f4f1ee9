-- Of a cohort the month is that of the first purchase, and only whole ones speak.
{% set of_months = {
    'purchase_frequency': 'purchase_frequency',
    'net_revenue_retention_share': 'net_revenue_retention_share',
} %}
{% set of_cohorts = {
    'repeat_purchase_90d_share': [
        'case when is_complete then repeat_share end',
        'case when is_complete then lower_repeat_share end',
        'case when is_complete then upper_repeat_share end',
    ],
} %}
{% set of_answers = {
    'nps_points': ['nps_points', 'lower_nps_points', 'upper_nps_points'],
    'nps_response_share': ['response_share', 'lower_response_share', 'upper_response_share'],
} %}

with

figures as (

    {{ kpi_figures(ref('loyalty_months'), of_months) }}

    union all

    {{ kpi_figures(ref('repeat_purchase'), of_cohorts, month='cohort_month', where='window_days = 90') }}

    union all

    {{ kpi_figures(ref('nps'), of_answers, month='from_date', where="cut_by = 'month'") }}

)

select * from figures
