{{ config(materialized='incremental', pre_hook="{{ forget_changed('order_id') }}") }}

with

reversed as (

    select * from {{ ref('int_order_items_reversed') }}

),

totalled as (

    select
        items.order_id,
        count(*) as line_count,
        count(case when items.is_amount_stated then 1 end) as priced_line_count,
        count(case when items.line_kind = 'product' and items.quantity > 0 then 1 end) as item_count,
        sum(case when items.line_kind = 'product' and items.quantity > 0 then items.quantity else 0 end)
            as unit_quantity,
        sum(case when items.line_kind = 'product' and items.line_amount > 0 then items.line_amount else 0 end)
            as sold_amount,
        sum(case when items.line_kind = 'product' and items.line_amount < 0 then items.line_amount else 0 end)
            as taken_back_amount,
        sum(case when items.line_kind = 'discount' then items.line_amount else 0 end) as discount_amount,
        sum(case when items.margin_amount is not null then items.line_amount end) as costed_net_amount,
        sum(items.margin_amount) as costed_margin_amount,
        sum(case when items.line_kind = 'fee' then items.line_amount else 0 end) as fee_amount,
        sum(case when items.line_kind = 'adjustment' then items.line_amount else 0 end) as adjustment_amount,
        count(reversed.order_item_id) as reversed_item_count,
        max(reversed.reversed_at) as last_reversed_at
    from {{ changed_only(ref('int_order_items_classified'), 'order_id') }} as items
    left join reversed
        on items.order_item_id = reversed.order_item_id
    where items.line_status = 'kept'
    group by items.order_id

)

select * from totalled
