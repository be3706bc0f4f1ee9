-- To the last decimal: every raw line stands once in the ledger with the amount that it was written with, every line that
-- counts in fct_order_items, and orders are worth what the ledger's rows of them are. In an increment: of the orders that it
-- made anew.
with

raw_lines as (

    select
        count(*) as line_count,
        -- a whole number of units has nothing to round
        sum(
            coalesce(
                line_amount,
                case
                    when quantity % 1 = 0 then quantity * unit_price_amount
                    else cast(round(quantity * unit_price_amount, 10) as decimal(22, 10))
                end,
                0
            )
        ) as amount
    from ({{ newest_version(tested_raw_lines() ~ ' as lines', ['order_item_id']) }}) as newest

),

ledger as (

    select
        count(case when movement_kind = 'line' then 1 end) as line_count,
        sum(raw_amount) as raw_amount,
        count(case when movement_kind = 'line' and movement_status in ('kept', 'no_exchange_rate') then 1 end)
            as counting_line_count,
        sum(
            case
                when movement_kind = 'line' and movement_status in ('kept', 'no_exchange_rate')
                    then {{ in_cents('amount') }}
            end
        ) as shown_amount,
        sum(case when part in ('sale', 'return') then amount else 0 end) as goods_amount
    from {{ tested_rows(ref('int_movements'), 'order_id') }} as movements

),

facts as (

    select
        count(*) as line_count,
        sum(line_amount) as shown_amount
    from {{ tested_rows(ref('fct_order_items'), 'order_id') }} as items

),

orders as (

    select sum(net_amount + cancelled_amount) as goods_amount
    from {{ tested_rows(ref('int_orders_netted'), 'order_id') }} as orders

),

compared as (

    select
        raw_lines.line_count - ledger.line_count as lost_line_count,
        coalesce(raw_lines.amount, 0) - coalesce(ledger.raw_amount, 0) as lost_amount,
        ledger.counting_line_count - facts.line_count as lost_counting_count,
        coalesce(ledger.shown_amount, 0) - coalesce(facts.shown_amount, 0) as lost_shown_amount,
        coalesce(ledger.goods_amount, 0) - coalesce(orders.goods_amount, 0) as lost_order_amount
    from raw_lines
    cross join ledger
    cross join facts
    cross join orders

)

select *
from compared
where
    lost_line_count <> 0
    or lost_amount <> 0
    or lost_counting_count <> 0
    or lost_shown_amount <> 0
    or lost_order_amount <> 0
