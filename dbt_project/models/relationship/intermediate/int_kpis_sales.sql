{% set columns = {
    'net_sales_amount': 'net_amount',
    'order_count': 'purchase_count',
    'buying_customer_count': 'customer_count',
    'new_customer_count': 'new_customer_count',
} %}

with

figures as (

    {% for name, column in columns.items() %}
    select
        order_month as month,
        '{{ name }}' as name,
        cast({{ column }} as double) as value,
        cast(null as double) as lower_value,
        cast(null as double) as upper_value
    from {{ ref('monthly_sales') }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select * from figures
