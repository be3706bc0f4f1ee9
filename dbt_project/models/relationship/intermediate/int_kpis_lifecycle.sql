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

    {% for name, column in columns.items() %}
    select
        month,
        '{{ name }}' as name,
        cast({{ column }} as double) as value,
        cast(null as double) as lower_value,
        cast(null as double) as upper_value
    from {{ ref('lifecycle_rates') }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select * from figures
