with

orders as (

    select
        orders.*,
        {{ month_of('orders.order_date') }} as order_month,
        {{ month_of('customers.first_order_date') }} as first_order_month
    from {{ ref('fct_orders') }} as orders
    left join {{ ref('dim_customers') }} as customers
        on orders.customer_id = customers.customer_id

),

totalled as (

    select
        order_month,
        cast({{ dbt.dateadd('month', 1, 'order_month') }} as date) <= {{ date_literal(var('as_of_date')) }}
            as is_complete_month,
        cast(count(case when is_purchase then 1 end) as integer) as purchase_count,
        cast(count(distinct case when is_purchase then customer_id end) as integer) as customer_count,
        cast(count(distinct case when is_purchase and first_order_month = order_month then customer_id end) as integer)
            as new_customer_count,
        cast(count(case when is_guest and order_kind = 'sale' and gross_amount > 0 then 1 end) as integer)
            as guest_order_count,
        cast(sum(gross_amount) as decimal(18, 2)) as gross_amount,
        cast(sum(return_amount) as decimal(18, 2)) as return_amount,
        cast(sum(cancelled_amount) as decimal(18, 2)) as cancelled_amount,
        cast(sum(net_amount) as decimal(18, 2)) as net_amount,
        cast(sum(case when is_guest then net_amount else 0 end) as decimal(18, 2)) as guest_net_amount,
        cast(sum(fee_amount) as decimal(18, 2)) as fee_amount,
        cast(sum(adjustment_amount) as decimal(18, 2)) as adjustment_amount
    from orders
    group by order_month

)

select * from totalled
