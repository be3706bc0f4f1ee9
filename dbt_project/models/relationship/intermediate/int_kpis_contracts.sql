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

    {{ kpi_figures(ref('mrr_movements'), columns) }}

)

select * from figures
