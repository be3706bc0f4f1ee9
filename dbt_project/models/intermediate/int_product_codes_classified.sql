with

codes as (

    select distinct product_code
    from {{ ref('stg_order_items') }}
    where product_code is not null

    union

    select product_code
    from {{ ref('stg_products') }}

),

-- where several patterns fit, the longest says it best
ranked as (

    select
        codes.product_code,
        patterns.line_kind,
        patterns.pseudo_product_kind,
        row_number() over (
            partition by codes.product_code
            order by length(patterns.code_pattern) desc, patterns.code_pattern
        ) as pattern_rank
    from codes
    left join {{ ref('pseudo_products') }} as patterns
        on codes.product_code like patterns.code_pattern

),

classified as (

    select
        product_code,
        coalesce(line_kind, 'product') as line_kind,
        pseudo_product_kind
    from ranked
    where pattern_rank = 1

)

select * from classified
