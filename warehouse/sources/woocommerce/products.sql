-- One row per article.
select
    coalesce("item_sku", "item_product_id", "item_name") as product_code,
    max("item_name") as product_name
from accepted
where coalesce("item_sku", "item_product_id", "item_name") is not null
group by coalesce("item_sku", "item_product_id", "item_name")
