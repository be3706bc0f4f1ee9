-- One row per accepted purchase: how many CDs it was and what they cost together.
select
    contract_row.order_id as order_item_id,
    contract_row.order_id,
    1 as line_number,
    'CD' as product_code,
    'Compact disc' as product_description,
    string_split_regex(trim(line), '\s+')[3] as quantity,
    contract_row.order_amount as line_amount
from accepted
