-- One row per article, under the name that it was last sold by in this export.
select
    coalesce("Lineitem sku", "Lineitem name") as product_code,
    max("Lineitem name") as product_name
from accepted
where coalesce("Lineitem sku", "Lineitem name") is not null
group by coalesce("Lineitem sku", "Lineitem name")
