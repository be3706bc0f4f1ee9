with

versions as (

    {{ newest_version(source('raw', 'products'), ['product_code']) }}

),

-- codes that differ only by case or blanks are one product
normalised as (

    select
        {{ as_code('product_code') }} as normalised_product_code,
        product_name,
        category,
        list_price_amount,
        unit_cost_amount,
        line_kind,
        _arrival_number,
        _row_number,
        _is_gone
    from versions

),

newest as (

    {{ newest_version('normalised', ['normalised_product_code']) }}

),

renamed as (

    select
        normalised_product_code as product_code,
        nullif({{ trimmed('product_name') }}, '') as product_name,
        category,
        line_kind,
        list_price_amount,
        unit_cost_amount
    from newest

)

select * from renamed
