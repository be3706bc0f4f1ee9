with

customers as (

    select
        coalesce(acquisition_channel, 'unknown') as channel,
        as_of_date,
        customer_id,
        acquisition_cost_amount,
        net_amount,
        coalesce(predicted_amount, 0) as expected_amount,
        net_amount + coalesce(predicted_amount, 0) as whole_amount,
        case when clv_status = 'scored' then 1 end as scored_customer
    from {{ ref('customer_360') }}

),

-- what was kept of the price of goods sold, where the goods' cost is known
sold as (

    select
        items.customer_id,
        sum(items.line_amount) as costed_amount,
        sum(items.line_amount - items.quantity * products.unit_cost_amount) as costed_margin_amount
    from {{ ref('fct_order_items') }} as items
    inner join {{ ref('fct_orders') }} as orders
        on items.order_id = orders.order_id
    inner join {{ ref('dim_products') }} as products
        on items.product_code = products.product_code
    where
        orders.is_purchase
        and items.line_kind = 'product'
        and items.reversed_at is null
        and products.unit_cost_amount is not null
    group by items.customer_id

),

summarised as (

    select
        customers.channel as acquisition_channel,
        customers.as_of_date,
        cast(count(*) as integer) as customer_count,
        cast(count(customers.scored_customer) as integer) as scored_customer_count,
        cast(count(customers.acquisition_cost_amount) as integer) as costed_customer_count,
        cast(sum(customers.acquisition_cost_amount) as decimal(18, 2)) as acquisition_cost_amount,
        cast(sum(customers.net_amount) as decimal(18, 2)) as historic_amount,
        cast(sum(customers.expected_amount) as decimal(18, 2)) as predicted_amount,
        cast(sum(customers.whole_amount) as decimal(18, 2)) as total_amount,
        -- value of those whose cost is known: the others would flatter the ratio
        sum(case when customers.acquisition_cost_amount is not null then customers.whole_amount end)
            as costed_whole_amount,
        sum(sold.costed_margin_amount) as costed_margin_amount,
        sum(sold.costed_amount) as costed_sales_amount
    from customers
    left join sold
        on customers.customer_id = sold.customer_id
    group by customers.channel, customers.as_of_date

),

compared as (

    select
        acquisition_channel,
        as_of_date,
        customer_count,
        scored_customer_count,
        costed_customer_count,
        acquisition_cost_amount,
        historic_amount,
        predicted_amount,
        total_amount,
        cast(costed_whole_amount as double) / nullif(cast(acquisition_cost_amount as double), 0) as clv_to_cac_ratio,
        cast(costed_margin_amount as double) / nullif(cast(costed_sales_amount as double), 0) as margin_share
    from summarised

),

with_margin as (

    select
        *,
        clv_to_cac_ratio * margin_share as margin_to_cac_ratio
    from compared

)

select * from with_margin
