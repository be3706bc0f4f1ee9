-- One row per stock code, codes that differ only by case being one, with its most frequent description.
with described as (
    select
        upper(trim("StockCode")) as product_code,
        trim("Description") as product_name,
        count(*) as line_count
    from accepted
    where trim("StockCode") <> ''
    group by all
),

ranked as (
    select
        *,
        row_number() over (partition by product_code order by product_name is null, line_count desc, product_name)
            as place
    from described
)

select
    product_code,
    product_name
from ranked
where place = 1
