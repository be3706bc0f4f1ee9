-- The products that are offered first to the most customers, on each of the two lists.
with
counted as (
    select
        list_name,
        product_code,
        any_value(product_name) as product_name,
        any_value(category) as category,
        count(*) filter (where recommendation_rank = 1) as first_place_count,
        count(*) as customer_count,
        count(*) filter (where may_be_contacted) as contactable_customer_count
    from scores.customer_recommendations_current
    where status = 'scored'
    group by list_name, product_code
)
select
    list_name,
    coalesce(product_name, product_code) as product_name,
    category,
    first_place_count,
    customer_count,
    contactable_customer_count,
    product_code
from counted
qualify row_number() over (partition by list_name order by first_place_count desc, customer_count desc, product_code) <= 10
order by list_name, first_place_count desc, customer_count desc, product_code
