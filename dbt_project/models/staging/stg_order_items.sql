with

newest as (

    {{ newest_rows('order_items', ['order_item_id']) }}

),

renamed as (

    select
        -- ids
        order_item_id,
        order_id,
        nullif({{ as_code('product_code') }}, '') as product_code,

        -- texts
        nullif({{ trimmed('product_description') }}, '') as product_description,
        line_kind,

        -- numerics
        line_number,
        quantity,
        unit_price_amount,
        -- the total as stated, otherwise worked out in decimals; cents come at the end
        coalesce(
            line_amount,
            cast({{ units_worth('quantity', 'unit_price_amount') }} as decimal(22, 10)),
            cast(round(quantity * unit_price_amount, 10) as decimal(22, 10))
        ) as line_amount
    from newest

)

select * from renamed
