{{ incremental_by('order_id') }}

{#- What a line is: the document, the line, its product, the source's list and the sign say it, in this order. -#}
{%- set kind_of_line -%}
    case
            when orders.order_kind = 'adjustment' then 'adjustment'
            when items.line_kind is not null then items.line_kind
            when codes.line_kind is not null then codes.line_kind
            when items.unit_price_amount < 0 then 'discount'
            when items.quantity > 0 and items.line_amount < 0 and orders.order_kind = 'sale' then 'discount'
            else 'goods'
        end
{%- endset %}

with

named as (

    select
        items.*,
        orders.order_kind,
        orders.ordered_at,
        orders.order_id is null as is_orphan,
        codes.pseudo_product_kind,
        products.unit_cost_amount,
        {{ kind_of_line }} as kind_of_line
    from {{ changed(ref('stg_order_items')) }} as items
    left join {{ ref('stg_orders') }} as orders
        on items.order_id = orders.order_id
    left join {{ ref('int_product_codes_classified') }} as codes
        on items.product_code = codes.product_code
    left join {{ ref('stg_products') }} as products
        on items.product_code = products.product_code

),

-- lines of one order that say the same as one before; only where the shop does not number its lines, for two lines can
-- be alike
numbered as (

    select
        items.order_item_id,
        items.order_id,
        row_number() over (
            partition by
                items.order_id, items.product_code, items.product_description, items.quantity, items.unit_price_amount,
                items.line_amount, {{ kind_of_line }}
            order by items.order_item_id
        ) as copy_number
    from {{ changed(ref('stg_order_items')) }} as items
    left join {{ ref('stg_orders') }} as orders
        on items.order_id = orders.order_id
    left join {{ ref('int_product_codes_classified') }} as codes
        on items.product_code = codes.product_code
    where items.line_number is null

),

copies as (

    select
        order_item_id,
        order_id
    from numbered
    where copy_number > 1

),

-- a stated total that is right with all copies of lines proves them
proven as (

    select items.order_id
    from {{ changed(ref('stg_order_items')) }} as items
    inner join {{ ref('stg_orders') }} as orders
        on items.order_id = orders.order_id
    where
        orders.order_amount is not null
        and items.order_id in (
            select copies.order_id
            from copies
        )
    group by items.order_id
    having round(abs(sum(items.line_amount)), 2) = round(abs(max(orders.order_amount)), 2)

),

duplicates as (

    select copies.order_item_id
    from copies
    left join proven
        on copies.order_id = proven.order_id
    where proven.order_id is null

),

classified as (

    select
        named.order_item_id,
        named.order_id,
        named.order_kind,
        named.line_number,
        named.product_code,
        named.product_description,
        named.kind_of_line as line_kind,
        named.pseudo_product_kind,
        named.quantity,
        named.unit_price_amount,
        coalesce(named.line_amount, 0) as raw_amount,
        named.line_amount is not null as is_amount_stated,
        named.unit_cost_amount,
        case
            when named.is_orphan then 'order_unknown'
            when named.ordered_at >= {{ run_date() }} then 'after_as_of_date'
            when duplicates.order_item_id is not null then 'duplicate'
            else 'kept'
        end as line_status
    from named
    left join duplicates
        on named.order_item_id = duplicates.order_item_id

),

-- goods with a negative quantity have a negative amount
valued as {{ inlined() }} (

    select
        *,
        case
            when line_kind = 'goods' and quantity < 0 and coalesce(unit_price_amount, 0) >= 0 then -abs(raw_amount)
            else raw_amount
        end as line_value
    from classified

),

-- credit notes without any sign; discounts and adjustments speak only where there is nothing else
judged as (

    select
        order_id,
        max(case when line_kind not in ('discount', 'adjustment') then 1 else 0 end) as has_other_line,
        max(
            case when line_kind not in ('discount', 'adjustment') and (quantity < 0 or raw_amount < 0) then 1 else 0 end
        ) as has_negative_other_line,
        max(case when quantity < 0 or raw_amount < 0 then 1 else 0 end) as has_negative_line
    from valued
    where order_kind = 'return' and line_status = 'kept'
    group by order_id

),

unsigned as (

    select order_id
    from judged
    where case when has_other_line = 1 then has_negative_other_line else has_negative_line end = 0

),

turned as (

    select
        valued.*,
        case when unsigned.order_id is null then 1 else -1 end as sign
    from valued
    left join unsigned
        on valued.order_id = unsigned.order_id

),

-- a return lowers money however it is written (docs/what-counts.md, 3)
signed as (

    select
        order_item_id,
        order_id,
        line_number,
        product_code,
        product_description,
        line_kind,
        pseudo_product_kind,
        line_status,
        unit_price_amount,
        unit_cost_amount,
        raw_amount,
        is_amount_stated,
        case
            when order_kind = 'return' and line_kind = 'goods' and sign * line_value < 0 then -abs(quantity)
            else sign * quantity
        end as quantity,
        cast(sign * line_value as decimal(22, 10)) as original_amount
    from turned

)

select * from signed
