-- To the cent: every raw line ends in exactly one status, every kept line in fct_order_items, and the amounts of the
-- orders are those of their lines. In an increment: of the orders that it made anew.
with

raw_lines as (

    select
        count(*) as line_count,
        sum(coalesce(line_amount, cast(quantity * unit_price_amount as decimal(18, 2)), 0)) as amount
    from ({{ newest_version(tested_raw_lines() ~ ' as lines', ['order_item_id']) }}) as newest

),

classified as (

    select
        count(*) as line_count,
        sum(line_amount) as amount,
        count(case when line_status = 'kept' then 1 end) as kept_count,
        sum(case when line_status = 'kept' then line_amount else 0 end) as kept_amount
    from {{ tested_rows(ref('int_order_items_classified'), 'order_id') }} as items
    where
        line_status in ('kept', 'duplicate', 'after_as_of_date', 'order_unknown')
        and line_kind in ('product', 'discount', 'fee', 'adjustment', 'free')

),

facts as (

    select
        count(*) as line_count,
        sum(line_amount) as amount
    from {{ tested_rows(ref('fct_order_items'), 'order_id') }} as items

),

orders as (

    select sum(orders.net_amount + orders.cancelled_amount + orders.fee_amount + orders.adjustment_amount) as amount
    from {{ tested_rows(ref('fct_orders'), 'order_id') }} as orders
    inner join {{ ref('int_order_items_totalled') }} as lines
        on orders.order_id = lines.order_id
    where lines.priced_line_count > 0

),

compared as (

    select
        raw_lines.line_count - classified.line_count as lost_line_count,
        coalesce(raw_lines.amount, 0) - coalesce(classified.amount, 0) as lost_amount,
        classified.kept_count - facts.line_count as lost_kept_count,
        coalesce(classified.kept_amount, 0) - coalesce(facts.amount, 0) as lost_kept_amount,
        coalesce(facts.amount, 0) - coalesce(orders.amount, 0) as lost_order_amount
    from raw_lines
    cross join classified
    cross join facts
    cross join orders

)

select *
from compared
where
    lost_line_count <> 0
    or lost_amount <> 0
    or lost_kept_count <> 0
    or lost_kept_amount <> 0
    or lost_order_amount <> 0
