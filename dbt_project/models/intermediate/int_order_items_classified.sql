{{ config(materialized='incremental', pre_hook="{{ forget_changed('order_id') }}") }}

with

-- what a line is: the document, the line, its product, the source's list and the sign say it, in this order
named as (

    select
        items.*,
        orders.order_kind,
        orders.ordered_at,
        orders.customer_id,
        orders.order_amount,
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

-- lines of one order that say the same; only where the shop does not number its lines, for two lines can be alike
numbered as (

    select
        *,
        row_number() over (
            partition by
                order_id, line_number, product_code, product_description, quantity, unit_price_amount, line_amount,
                kind_of_line
            order by order_item_id
        ) as copy_number,
        sum(line_amount) over (partition by order_id) as amount_with_copies
    from named

),

classified as (

    select
        order_item_id,
        order_id,
        customer_id,
        order_kind,
        ordered_at,
        line_number,
        product_code,
        product_description,
        kind_of_line as line_kind,
        pseudo_product_kind,
        quantity,
        unit_price_amount,
        coalesce(line_amount, 0) as raw_amount,
        line_amount is not null as is_amount_stated,
        unit_cost_amount,
        case
            when is_orphan then 'order_unknown'
            when ordered_at >= {{ date_literal(var('as_of_date')) }} then 'after_as_of_date'
            -- a stated total that is right with all copies proves them
            when
                line_number is null and copy_number > 1
                and coalesce(abs(abs(amount_with_copies) - abs(order_amount)) > 0.005, true)
                then 'duplicate'
            else 'kept'
        end as line_status
    from numbered

)

select * from classified
