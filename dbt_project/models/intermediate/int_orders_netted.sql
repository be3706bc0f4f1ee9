{{ incremental_by('order_id') }}

{%- set charges = ['shipping', 'tax', 'tip', 'gift_card'] %}
{%- set others = ['returned', 'adjustment', 'fee'] + charges + ['return_costed', 'return_margin'] -%}

with

sums as (

    select
        order_id,
        count(case when movement_kind = 'line' then 1 end) as line_count,
        count(case when is_item then 1 end) as item_count,
        sum(case when is_item then quantity else 0 end) as unit_quantity,
        max(case when is_amount_stated then 1 else 0 end) as is_amount_known,
        max(case when part = 'sale' and line_kind = 'goods' and original_amount > 0 then 1 else 0 end)
            as has_goods_sold,
        max(case when movement_status = 'no_exchange_rate' then 1 else 0 end) as is_refused,
        sum(case when part in ('sale', 'return') then original_amount else 0 end) as original_net_amount,
        sum(case when part = 'sale' then amount else 0 end) as sale_amount,
        sum(case when part = 'sale' and margin_amount is not null then amount else 0 end) as sale_costed_amount,
        sum(case when part = 'sale' then coalesce(margin_amount, 0) else 0 end) as sale_margin_amount
    from (
        select
            *,
            movement_kind = 'line'
            and part = 'sale'
            and line_kind = 'goods'
            and (original_amount > 0 or (not is_amount_stated and quantity > 0)) as is_item
        from {{ changed(ref('int_movements')) }}
    ) as movements
    where movement_status in ('kept', 'no_exchange_rate')
    group by order_id

),

-- few orders have anything but sales: those alone are added up by what they are
other_sums as (

    select
        order_id,
        sum(case when part = 'return' then amount else 0 end) as returned_amount,
        sum(case when part = 'adjustment' then amount else 0 end) as adjustment_amount,
        sum(case when part = 'charge' then amount else 0 end) as fee_amount,
        {%- for kind in charges %}
            sum(case when line_kind = '{{ kind }}' then amount else 0 end) as {{ kind }}_amount,
        {%- endfor %}
        sum(case when part = 'return' and margin_amount is not null then amount else 0 end) as return_costed_amount,
        sum(case when part = 'return' then coalesce(margin_amount, 0) else 0 end) as return_margin_amount
    from {{ changed(ref('int_movements')) }}
    where movement_status in ('kept', 'no_exchange_rate') and part <> 'sale'
    group by order_id

),

-- a return of goods on a cancelled order undoes what is undone already
void_returns as (

    select
        portions.order_id,
        sum(portions.amount) as amount,
        sum(portions.costed_amount) as costed_amount,
        sum(portions.margin_amount) as margin_amount
    from {{ ref('int_return_portions') }} as portions
    inner join {{ ref('int_order_heads') }} as sold
        on portions.sold_order_id = sold.order_id
    where sold.cancelled_at is not null
    group by portions.order_id

),

reversals as (

    select
        order_id,
        from_at as reversed_at
    from {{ ref('int_takebacks') }}
    where record_kind = 'order_reversal' and until_at is null

),

summed as (

    select
        sums.*,
        {%- for name in others %}
            coalesce(other_sums.{{ name }}_amount, 0) as {{ name }}_amount{% if not loop.last %},{% endif %}
        {%- endfor %}
    from sums
    left join other_sums
        on sums.order_id = other_sums.order_id

),

joined as (

    select
        heads.*,
        sums.line_count,
        sums.item_count,
        sums.unit_quantity,
        sums.has_goods_sold = 1 or (heads.order_kind = 'sale' and sums.is_amount_known = 0) as is_sale_of_goods,
        sums.is_amount_known = 1 and sums.is_refused = 0 as is_amount_known,
        sums.original_net_amount,
        sums.sale_amount,
        sums.returned_amount,
        sums.sale_costed_amount,
        sums.sale_margin_amount,
        sums.return_costed_amount,
        sums.return_margin_amount,
        case
            when heads.cancelled_at is null then coalesce(void_returns.amount, 0)
            else sums.sale_amount + sums.returned_amount
        end as cancelled_amount,
        {%- for kind in ['fee'] + charges + ['adjustment'] %}
            case when heads.cancelled_at is null then sums.{{ kind }}_amount else 0 end as {{ kind }}_amount,
        {%- endfor %}
        sums.sale_costed_amount + sums.return_costed_amount - coalesce(void_returns.costed_amount, 0)
            as costed_net_amount,
        sums.sale_margin_amount + sums.return_margin_amount - coalesce(void_returns.margin_amount, 0)
            as costed_margin_amount,
        reversals.reversed_at
    from {{ changed(ref('int_order_heads')) }} as heads
    inner join summed as sums
        on heads.order_id = sums.order_id
    left join void_returns
        on heads.order_id = void_returns.order_id
    left join reversals
        on heads.order_id = reversals.order_id

),

netted as (

    select
        *,
        sale_amount as gross_amount,
        -returned_amount as return_amount,
        sale_amount + returned_amount - cancelled_amount as net_amount,
        is_sale_of_goods and customer_id is not null as is_demand,
        is_sale_of_goods and customer_id is not null and cancelled_at is null and reversed_at is null as is_purchase
    from joined

)

select * from netted
