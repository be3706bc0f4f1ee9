{{ incremental_by('order_id') }}

-- The ledger from which every mart takes its money (docs/what-counts.md).
with

totals as (

    select
        order_id,
        sum(original_amount) as original_amount
    from {{ changed(ref('int_order_items_classified')) }}
    where line_status = 'kept'
    group by order_id
    having count(case when is_amount_stated then 1 end) > 0

),

-- a head states an amount without saying its sign: a return has that of its lines
stated as (

    select
        orders.order_id,
        orders.order_kind,
        case when orders.order_kind = 'return' and totals.original_amount > 0 then -1 else 1 end * orders.stated_amount
            as stated_amount,
        totals.order_id is not null as has_priced_lines,
        coalesce(totals.original_amount, 0) as lines_amount
    from {{ changed(ref('int_order_heads')) }} as orders
    left join totals
        on orders.order_id = totals.order_id

),

-- an order without priced lines is worth what its head states; where heads count, the others differ from their lines
unlined as (

    select
        stated.order_id,
        stated.order_kind,
        stated.stated_amount,
        case when stated.has_priced_lines then 'difference' else 'head' end as movement_kind,
        case when stated.has_priced_lines then 'difference:' else 'head:' end || stated.order_id as movement_id,
        cast(coalesce(stated.stated_amount, 0) - stated.lines_amount as decimal(22, 10)) as original_amount
    from stated
    cross join {{ source('state', 'source_settings') }} as settings
    where
        not stated.has_priced_lines
        or (settings.amounts_from = 'heads' and stated.stated_amount <> stated.lines_amount)

),

heads as (

    select
        *,
        case
            when order_kind = 'adjustment' then 'adjustment'
            when movement_kind = 'difference' and original_amount < 0 then 'discount'
            else 'goods'
        end as line_kind
    from unlined

),

-- a discount goes with the goods that its document sold or took back
discounting as (

    select
        order_id,
        line_kind,
        line_kind = 'goods' and line_status = 'kept' as is_goods,
        original_amount
    from {{ changed(ref('int_order_items_classified')) }}

    union all

    select
        order_id,
        line_kind,
        line_kind = 'goods' and (movement_kind <> 'difference' or order_kind <> 'return') as is_goods,
        original_amount
    from heads

),

discounted as (

    select
        order_id,
        max(case when is_goods and original_amount > 0 then 1 else 0 end) as has_goods_sold,
        max(case when is_goods and original_amount < 0 then 1 else 0 end) as has_goods_returned
    from discounting
    where
        order_id in (
            select discounts.order_id
            from discounting as discounts
            where discounts.line_kind = 'discount'
        )
    group by order_id

),

lines as (

    select
        'line' as movement_kind,
        'line:' || order_item_id as movement_id,
        order_id,
        order_item_id,
        product_code,
        product_description,
        line_number,
        line_kind,
        pseudo_product_kind,
        line_status,
        quantity,
        unit_price_amount,
        unit_cost_amount,
        raw_amount,
        is_amount_stated,
        original_amount
    from {{ changed(ref('int_order_items_classified')) }}

),

movements as (

    select * from lines

    union all

    select
        movement_kind,
        movement_id,
        order_id,
        null as order_item_id,
        null as product_code,
        null as product_description,
        null as line_number,
        line_kind,
        null as pseudo_product_kind,
        'kept' as line_status,
        0 as quantity,
        null as unit_price_amount,
        null as unit_cost_amount,
        0 as raw_amount,
        stated_amount is not null as is_amount_stated,
        original_amount
    from heads

),

-- in the reporting currency; without a rate an amount is refused, not added up
converted as (

    select
        movements.*,
        orders.customer_id,
        orders.order_kind,
        orders.ordered_at as occurred_at,
        orders.order_date,
        orders.currency,
        orders.exchange_rate,
        case
            when movements.line_status = 'kept' and orders.exchange_rate is null then 'no_exchange_rate'
            else movements.line_status
        end as movement_status,
        case
            when movements.line_status <> 'kept' or orders.exchange_rate is null then cast(0 as decimal(28, 10))
            when orders.exchange_rate = 1 then cast(movements.original_amount as decimal(28, 10))
            else cast(movements.original_amount * orders.exchange_rate as decimal(28, 10))
        end as amount
    from movements
    left join {{ changed(ref('int_order_heads')) }} as orders
        on movements.order_id = orders.order_id

),

parted as (

    select
        converted.movement_id,
        converted.movement_kind,
        converted.movement_status,
        converted.order_id,
        converted.order_item_id,
        converted.customer_id,
        converted.product_code,
        converted.product_description,
        converted.order_kind,
        converted.occurred_at,
        converted.order_date,
        converted.line_number,
        converted.line_kind,
        converted.pseudo_product_kind,
        case
            when converted.line_kind = 'adjustment' then 'adjustment'
            when converted.line_kind not in ('goods', 'discount') then 'charge'
            when converted.movement_kind <> 'line' and converted.order_kind = 'return' then 'return'
            when converted.movement_kind = 'difference' then 'sale'
            when converted.line_kind = 'goods' and converted.original_amount < 0 then 'return'
            when converted.line_kind = 'goods' then 'sale'
            when
                discounted.has_goods_sold = 1
                and (converted.original_amount < 0 or discounted.has_goods_returned = 0)
                then 'sale'
            when
                discounted.has_goods_sold = 0 and discounted.has_goods_returned = 0 and converted.original_amount > 0
                then 'sale'
            else 'return'
        end as part,
        converted.quantity,
        converted.unit_price_amount,
        converted.raw_amount,
        converted.is_amount_stated,
        converted.currency,
        converted.exchange_rate,
        converted.original_amount,
        converted.amount,
        -- what goods cost lowers what they bring, and returned goods are worth it again; a discount is all margin lost
        case
            when converted.line_kind = 'discount' then converted.amount
            when converted.line_kind = 'goods' and converted.amount <> 0
                then
                    coalesce(
                        cast(
                            converted.amount - {{ units_worth('converted.quantity', 'converted.unit_cost_amount') }}
                            as decimal(28, 10)
                        ),
                        cast(converted.amount - converted.quantity * converted.unit_cost_amount as decimal(28, 10))
                    )
        end as margin_amount
    from converted
    left join discounted
        on converted.order_id = discounted.order_id
        and converted.line_kind = 'discount'

)

select * from parted
