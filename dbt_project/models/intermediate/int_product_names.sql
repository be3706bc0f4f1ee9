-- The shop's own product list names a product; otherwise the description that stands most often on paid lines, and
-- among equals the one used last.
with

described as (

    select
        product_code,
        product_description,
        count(*) as line_count,
        max(occurred_at) as last_used_at,
        max(case when original_amount > 0 then 1 else 0 end) as is_paid
    from {{ ref('int_movements') }}
    where
        movement_status in ('kept', 'no_exchange_rate')
        and product_code is not null and product_description is not null
    group by product_code, product_description

),

ranked as (

    select
        product_code,
        product_description,
        row_number() over (
            partition by product_code
            order by is_paid desc, line_count desc, last_used_at desc, product_description asc
        ) as description_rank
    from described

),

named as (

    select
        codes.product_code,
        coalesce(products.product_name, ranked.product_description) as product_name
    from {{ ref('int_product_codes_classified') }} as codes
    left join {{ ref('stg_products') }} as products
        on codes.product_code = products.product_code
    left join ranked
        on codes.product_code = ranked.product_code
        and ranked.description_rank = 1

)

select * from named
