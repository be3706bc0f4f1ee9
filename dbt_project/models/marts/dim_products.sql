with

codes as (

    select * from {{ ref('int_product_codes_classified') }}

),

sold as (

    select
        product_code,
        min(order_date) as first_sold_date,
        max(order_date) as last_sold_date,
        count(distinct order_id) as order_count,
        count(distinct customer_id) as customer_count,
        sum(quantity) as unit_quantity,
        sum(line_amount) as gross_amount
    from {{ ref('fct_order_items') }}
    where line_kind <> 'adjustment' and line_amount > 0
    group by product_code

),

joined as (

    select
        codes.product_code,
        names.product_name,
        products.category,
        coalesce(codes.line_kind, 'goods') <> 'goods' as is_pseudo_product,
        codes.pseudo_product_kind,
        cast(products.list_price_amount as decimal(18, 4)) as list_price_amount,
        cast(products.unit_cost_amount as decimal(18, 4)) as unit_cost_amount,
        cast(coalesce(sold.order_count, 0) as integer) as order_count,
        cast(coalesce(sold.customer_count, 0) as integer) as customer_count,
        cast(coalesce(sold.unit_quantity, 0) as decimal(18, 3)) as unit_quantity,
        cast(coalesce(sold.gross_amount, 0) as decimal(18, 2)) as gross_amount,
        sold.first_sold_date,
        sold.last_sold_date
    from codes
    left join {{ ref('stg_products') }} as products
        on codes.product_code = products.product_code
    left join {{ ref('int_product_names') }} as names
        on codes.product_code = names.product_code
    left join sold
        on codes.product_code = sold.product_code

)

select * from joined
