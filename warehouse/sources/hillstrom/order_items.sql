-- The order of the year before has one line, which says whose merchandise it was; of the two weeks after nothing is known
-- but the total.
select
    contract_row.customer_id || '-before' as order_item_id,
    contract_row.customer_id || '-before' as order_id,
    1 as line_number,
    case
        when trim("mens") = '1' and trim("womens") = '1' then 'MENS AND WOMENS'
        when trim("mens") = '1' then 'MENS'
        when trim("womens") = '1' then 'WOMENS'
    end as product_code,
    case
        when trim("mens") = '1' and trim("womens") = '1' then 'Men''s and women''s merchandise'
        when trim("mens") = '1' then 'Men''s merchandise'
        when trim("womens") = '1' then 'Women''s merchandise'
    end as product_description,
    1 as quantity,
    trim("history") as line_amount
from accepted
where coalesce(try_cast(trim("history") as double), 1) > 0
