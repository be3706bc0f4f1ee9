-- One row per product. Products have no names; categories are in Portuguese.
select
    _row_number,
    "product_id" as product_code,
    "product_category_name" as category
from landed
