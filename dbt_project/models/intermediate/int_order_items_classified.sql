{{ config(materialized='incremental', pre_hook="{{ forget_changed('order_id') }}") }}

with

-- what a line is: the document, the line, its product, the source's list and the sign say it, in this order
named as (

    select
        items.*,
        orders.order_kind,
        orders.ordered_at,
        orders.order_id is null as is_orphan,
        codes.pseudo_product_kind,
        products.unit_cost_amount,
        case
            when orders.order_kind = 'adjustment' then 'adjustment'
            when items.line_kind is not null then items.line_kind
            when codes.line_kind is not null then codes.line_kind
            when items.unit_price_amount < 0 then 'discount'
            when items.quantity > 0 and items.line_amount < 0 and orders.order_kind = 'sale' then 'discount'
            else 'goods'
        end as kind_of_line
    from {{ changed_only(ref('stg_order_items'), 'order_id') }} as items
    left join {{ ref('stg_orders') }} as orders
        on items.order_id = orders.order_id
    left join {{ ref('int_product_codes_classified') }} as codes
        on items.product_code = codes.product_code
    left join {{ ref('stg_products') }} as products
        on items.product_code = products.product_code

),

-- a stated total that is right with all copies of lines proves them
proven as (

    select items.order_id
    from {{ changed_only(ref('stg_order_items'), 'order_id') }} as items
    inner join {{ ref('stg_orders') }} as orders
        on items.order_id = orders.order_id
    where orders.order_amount is not null
    group by items.order_id
    having round(abs(sum(items.line_amount)), 2) = round(abs(max(orders.order_amount)), 2)

),

-- lines of one order that say the same; only where the shop does not number its lines, for two lines can be alike
numbered as (

    select
        *,
        case
            when line_number is null
                then row_number() over (
                    partition by
                        order_id, line_number, product_code, product_description, quantity, unit_price_amount,
                        line_amount, kind_of_line
                    order by order_item_id
                )
        end as copy_number
    from named

),

classified as (

    select
        numbered.order_item_id,
        numbered.order_id,
        numbered.order_kind,
        numbered.ordered_at,
        numbered.line_number,
        numbered.product_code,
        numbered.product_description,
        numbered.kind_of_line as line_kind,
        numbered.pseudo_product_kind,
        numbered.quantity,
        numbered.unit_price_amount,
        coalesce(numbered.line_amount, 0) as raw_amount,
        numbered.line_amount is not null as is_amount_stated,
        numbered.unit_cost_amount,
        case
            when numbered.is_orphan then 'order_unknown'
            when numbered.ordered_at >= {{ date_literal(var('as_of_date')) }} then 'after_as_of_date'
            when numbered.copy_number > 1 and proven.order_id is null then 'duplicate'
            else 'kept'
        end as line_status
    from numbered
    left join proven
        on numbered.order_id = proven.order_id

)

select * from classified
