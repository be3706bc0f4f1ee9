{{ config(materialized='incremental', pre_hook="{{ forget_changed('order_id') }}") }}

with

items as (

    select * from {{ changed_only(ref('stg_order_items'), 'order_id') }}

),

-- lines of one order that say the same; only where the shop does not number its lines, for two lines can be alike
numbered as (

    select
        *,
        row_number() over (
            partition by
                order_id, line_number, product_code, product_description, quantity, unit_price_amount, line_amount
            order by order_item_id
        ) as copy_number
    from items

),

classified as (

    select
        numbered.order_item_id,
        numbered.order_id,
        orders.customer_id,
        orders.order_kind,
        orders.ordered_at,
        numbered.line_number,
        numbered.product_code,
        numbered.product_description,
        numbered.quantity,
        numbered.unit_price_amount,
        coalesce(numbered.line_amount, 0) as line_amount,
        numbered.line_amount is not null as is_amount_stated,
        case
            when orders.order_id is null then 'order_unknown'
            when orders.ordered_at >= {{ date_literal(var('as_of_date')) }} then 'after_as_of_date'
            when numbered.line_number is null and numbered.copy_number > 1 then 'duplicate'
            else 'kept'
        end as line_status,
        case
            when orders.order_kind = 'adjustment' then 'adjustment'
            when codes.line_kind <> 'product' then codes.line_kind
            when coalesce(numbered.line_amount, 0) = 0 then 'free'
            else 'product'
        end as line_kind,
        codes.pseudo_product_kind,
        numbered.quantity * products.unit_cost_amount as cost_amount
    from numbered
    left join {{ ref('stg_orders') }} as orders
        on numbered.order_id = orders.order_id
    left join {{ ref('int_product_codes_classified') }} as codes
        on numbered.product_code = codes.product_code
    left join {{ ref('stg_products') }} as products
        on numbered.product_code = products.product_code

),

-- what goods cost lowers what they bring, and returned goods are worth it again; a discount is all margin lost
costed as (

    select
        *,
        case
            when line_kind = 'discount' then line_amount
            when line_kind = 'product' then line_amount - cost_amount
        end as margin_amount
    from classified

)

select * from costed
