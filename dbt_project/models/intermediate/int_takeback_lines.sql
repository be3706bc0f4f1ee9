{{ incremental_by('customer_id') }}

with

movements as (

    select
        *,
        coalesce(product_code, product_description, '') as product
    from {{ changed(ref('int_movements')) }}
    where
        movement_status in ('kept', 'no_exchange_rate')
        and customer_id is not null
        and part in ('sale', 'return')
        and original_amount <> 0

),

returned as (

    select * from movements
    where part = 'return'

),

returned_products as (

    select distinct
        customer_id,
        product
    from returned

),

-- goods that were sold to someone who returned the same, and totals of orders without lines
sold as (

    select movements.*
    from movements
    left join returned_products
        on movements.customer_id = returned_products.customer_id
        and movements.product = returned_products.product
    where
        movements.part = 'sale'
        and movements.line_kind = 'goods'
        and movements.original_amount > 0
        and movements.movement_kind <> 'difference'
        and (
            returned_products.customer_id is not null
            or (
                movements.movement_kind = 'head'
                and movements.customer_id in (select returned.customer_id from returned)
            )
        )

),

both_sides as (

    select * from sold
    union all
    select * from returned

),

lines as (

    select
        customer_id,
        order_id,
        movement_id,
        movement_kind,
        part,
        line_kind,
        product,
        abs(quantity) as quantity,
        abs(original_amount) as original_amount,
        amount
    from both_sides

)

select * from lines
