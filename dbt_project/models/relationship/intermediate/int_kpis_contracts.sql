{% set columns = {
    'mrr_amount': 'closing_mrr_amount',
    'arr_amount': 'arr_amount',
    'contract_logo_churn_share': 'logo_churn_share',
    'contract_revenue_churn_share': 'gross_revenue_churn_share',
    'contract_net_revenue_retention_share': 'net_revenue_retention_share',
    'contract_net_revenue_retention_12m_share': 'net_revenue_retention_12m_share',
    'contract_quick_ratio': 'quick_ratio',
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
    from {{ ref('mrr_movements') }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select * from figures
