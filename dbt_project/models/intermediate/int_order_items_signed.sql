{{ config(materialized='incremental', pre_hook="{{ forget_changed('order_id') }}") }}

-- A return lowers money however it is written (docs/what-counts.md, 3).
with

-- goods with a negative quantity have a negative amount
valued as (

    select
        *,
        case
            when line_kind = 'goods' and quantity < 0 and coalesce(unit_price_amount, 0) >= 0 then -abs(raw_amount)
            else raw_amount
        end as line_value
    from {{ changed_only(ref('int_order_items_classified'), 'order_id') }}

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
