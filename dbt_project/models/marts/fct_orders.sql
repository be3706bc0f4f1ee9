{{ incremental_by('order_id') }}

with

orders as (

    select * from {{ changed(ref('int_orders_netted')) }}

),

shaped as (

    select
        -- ids
        order_id,
        customer_id,

        -- texts
        order_kind,
        case when cancelled_at is null then 'completed' else 'cancelled' end as order_status,
        currency,
        country,
        sales_channel,

        -- counts
        cast(line_count as integer) as line_count,
        cast(item_count as integer) as item_count,
        cast(unit_quantity as decimal(18, 6)) as unit_quantity,

        -- amounts: rounded here, once
        {%- for amount in ['gross', 'return', 'cancelled', 'net'] %}
            {{ in_cents(amount ~ '_amount') }} as {{ amount }}_amount,
        {%- endfor %}
        case
            when cancelled_at is null
                then {{ margin_of('net_amount', 'costed_net_amount', 'costed_margin_amount') }}
        end as net_margin_amount,
        {%- for amount in ['fee', 'shipping', 'tax', 'tip', 'gift_card', 'adjustment'] %}
            {{ in_cents(amount ~ '_amount') }} as {{ amount }}_amount,
        {%- endfor %}
        {{ in_cents('order_amount') }} as stated_amount,
        cast(exchange_rate as decimal(16, 10)) as exchange_rate,
        {{ in_cents('original_net_amount') }} as original_net_amount,

        -- booleans
        is_amount_known,
        customer_id is null as is_guest,
        is_purchase,

        -- dates and timestamps
        ordered_at,
        order_date,
        cancelled_at,
        reversed_at
    from orders

)

select * from shaped
