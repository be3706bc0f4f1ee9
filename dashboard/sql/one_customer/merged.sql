-- Under which id a customer is kept whose accounts were put together.
select
    source_customer_id,
    customer_id,
    matched_by
from quality.customer_merges
where source_customer_id = $customer and customer_id <> $customer
order by as_of_date desc
limit 1
