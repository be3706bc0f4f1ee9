with

-- summed before anything is rounded
orders as (

    select
        orders.*,
        {{ month_of('orders.order_date') }} as order_month,
        {{ month_of('customers.first_order_date') }} as first_order_month,
        orders.customer_id is null as is_guest
    from {{ ref('int_orders_netted') }} as orders
    left join {{ ref('dim_customers') }} as customers
        on orders.customer_id = customers.customer_id

),

totalled as (

    select
        order_month,
        cast({{ dbt.dateadd('month', 1, 'order_month') }} as date) <= {{ run_date() }}
            as is_complete_month,
        cast(count(case when is_purchase then 1 end) as integer) as purchase_count,
        cast(count(distinct case when is_purchase then customer_id end) as integer) as customer_count,
        cast(count(distinct case when is_purchase and first_order_month = order_month then customer_id end) as integer)
            as new_customer_count,
        cast(count(case when is_guest and is_sale_of_goods and cancelled_at is null then 1 end) as integer)
            as guest_order_count,
        {%- for amount in ['gross', 'return', 'cancelled', 'net', 'fee', 'shipping', 'tax', 'tip', 'gift_card'] %}
            {{ in_cents('sum(' ~ amount ~ '_amount)') }} as {{ amount }}_amount,
        {%- endfor %}
        {{ in_cents('sum(adjustment_amount)') }} as adjustment_amount,
        {{ in_cents('sum(case when is_guest then net_amount else 0 end)') }} as guest_net_amount
    from orders
    group by order_month

)

select * from totalled
