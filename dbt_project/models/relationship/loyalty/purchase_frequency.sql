{%- set most = 10 -%}

with

customers as (

    select
        customers.customer_id,
        least(count(case when orders.is_purchase then 1 end), {{ most }}) as order_count,
        coalesce(sum(orders.net_amount), 0) as net_amount
    from {{ ref('dim_customers') }} as customers
    left join {{ ref('fct_orders') }} as orders
        on customers.customer_id = orders.customer_id
    group by customers.customer_id

),

counted as (

    select
        cast(order_count as integer) as order_count,
        order_count = {{ most }} as is_or_more,
        cast(count(*) as integer) as customer_count,
        cast(count(*) as double) / sum(count(*)) over () as customer_share,
        cast(sum(net_amount) as decimal(18, 2)) as net_amount,
        cast(sum(net_amount) as double) / nullif(cast(sum(sum(net_amount)) over () as double), 0) as net_amount_share
    from customers
    group by order_count

)

select * from counted
