-- On the run's own date the features say of each customer what summing fct_orders says.
with

orders as (

    select
        customer_id,
        count(*) as order_count,
        min(order_date) as first_order_date,
        max(order_date) as last_order_date
    from {{ ref('fct_orders') }}
    where is_purchase
    group by customer_id

),

features as (

    select *
    from {{ ref('customer_features') }}
    where as_of_date = {{ run_date() }}

)

select
    orders.customer_id as ordering_customer_id,
    features.customer_id
from orders
full outer join features
    on orders.customer_id = features.customer_id
where
    orders.customer_id is null
    or features.customer_id is null
    or orders.order_count <> features.order_count
    or orders.first_order_date <> features.first_order_date
    or orders.last_order_date <> features.last_order_date
