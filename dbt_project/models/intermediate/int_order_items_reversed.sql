{{ config(materialized='incremental', pre_hook="{{ forget_changed('customer_id') }}") }}

-- Sales and returns of the same quantity of a product by a customer pair like brackets: a return closes the latest
-- sale still open. Sales step up and returns step down, so that at each level steps up and down take turns, and a
-- sale's return is the next step at its level. That finds the pairs without recursion.
with

lines as (

    select
        order_item_id,
        order_id,
        customer_id,
        product_code,
        ordered_at,
        abs(quantity) as unit_quantity,
        case when quantity > 0 then 1 else -1 end as step
    from {{ changed_only(ref('int_order_items_classified'), 'customer_id') }}
    where
        line_status = 'kept'
        and line_kind = 'product'
        and customer_id is not null
        and product_code is not null
        and (quantity < 0 or (quantity > 0 and order_kind = 'sale'))

),

-- only what was returned at least once can be reversed
returned as (

    select distinct
        customer_id,
        product_code,
        unit_quantity
    from lines
    where step = -1

),

levelled as (

    select
        lines.*,
        sum(lines.step) over (
            partition by lines.customer_id, lines.product_code, lines.unit_quantity
            order by lines.ordered_at asc, lines.step desc, lines.order_item_id asc
            rows between unbounded preceding and current row
        ) + case when lines.step = -1 then 1 else 0 end as nesting_level
    from lines
    inner join returned
        on lines.customer_id = returned.customer_id
        and lines.product_code = returned.product_code
        and lines.unit_quantity = returned.unit_quantity

),

followed as (

    select
        *,
        lead(step) over next_of_level as next_step,
        lead(order_item_id) over next_of_level as next_order_item_id,
        lead(order_id) over next_of_level as next_order_id,
        lead(ordered_at) over next_of_level as next_ordered_at
    from levelled
    window next_of_level as (
        partition by customer_id, product_code, unit_quantity, nesting_level
        order by ordered_at asc, step desc, order_item_id asc
    )

),

pairs as (

    select
        order_item_id,
        order_id,
        customer_id,
        product_code,
        next_order_item_id as return_order_item_id,
        next_order_id as return_order_id,
        next_ordered_at as reversed_at
    from followed
    where step = 1 and next_step = -1

)

select * from pairs
