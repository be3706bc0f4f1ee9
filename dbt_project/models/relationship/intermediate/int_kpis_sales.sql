{% set columns = {
    'net_sales_amount': 'net_amount',
    'order_count': 'purchase_count',
    'buying_customer_count': 'customer_count',
    'new_customer_count': 'new_customer_count',
} %}

with

figures as (

    {{ kpi_figures(ref('monthly_sales'), columns, month='order_month') }}

)

select * from figures
