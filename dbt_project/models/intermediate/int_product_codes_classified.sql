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
    left join {{ source('state', 'line_kinds') }} as patterns
        on codes.product_code like patterns.code_pattern

),

-- the shop's own list of products says it before the list of codes; null: lines say it by their sign
classified as (

    select
        ranked.product_code,
        coalesce(products.line_kind, ranked.line_kind) as line_kind,
        case
            when products.line_kind is null or products.line_kind = ranked.line_kind then ranked.pseudo_product_kind
        end as pseudo_product_kind
    from ranked
    left join {{ ref('stg_products') }} as products
        on ranked.product_code = products.product_code
    where ranked.pattern_rank = 1

)

select * from classified
