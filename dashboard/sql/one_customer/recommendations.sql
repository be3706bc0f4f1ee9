-- What to recommend to one customer, and why: of all products, and of those never bought.
select
    list_name,
    recommendation_rank,
    product_name,
    category,
    reason_words
from scores.customer_recommendations_current
where customer_id = $customer and recommendation_rank <= 5
order by list_name, recommendation_rank
