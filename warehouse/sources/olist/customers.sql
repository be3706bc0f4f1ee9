-- One row per customer_id, of which a person has one for each order. The person's own id stands as an address that nobody
-- has: ids with the same address are one person (warehouse/identity).
select
    _row_number,
    "customer_id" as customer_id,
    "customer_unique_id" || '@olist.invalid' as email,
    "customer_city" as city,
    "customer_zip_code_prefix" as postcode,
    'BR' as country
from landed
