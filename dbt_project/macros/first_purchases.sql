{#- When each customer bought for the first time, as far as is known today: cancelled sales and reversed ones are none. -#}
{% macro first_purchases() -%}
    select
        customer_id,
        min(ordered_at) as first_purchase_at
    from {{ ref('fct_orders') }}
    where is_purchase
    group by customer_id
{%- endmacro %}
