-- One row per article.
select
    coalesce("SKU", concat_ws(', ', "Item", nullif("Price Point Name", 'Regular'))) as product_code,
    max(concat_ws(', ', "Item", nullif("Price Point Name", 'Regular'))) as product_name,
    max("Category") as category
from accepted
group by coalesce("SKU", concat_ws(', ', "Item", nullif("Price Point Name", 'Regular')))
