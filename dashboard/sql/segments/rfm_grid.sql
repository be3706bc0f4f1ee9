-- The customers by how recently and how often they bought, in fifths, on the newest date; money of the cell with it.
select
    recency_score,
    frequency_score,
    any_value(rfm_segment_name) as rfm_segment_name,
    count(*) as customer_count,
    sum(net_amount) as net_amount,
    avg(days_since_last_order) as mean_days_since_last_order,
    avg(order_count) as mean_order_count,
    max(as_of_date) as as_of_date
from marts.customer_rfm
where as_of_date = (select max(as_of_date) from marts.customer_rfm)
group by recency_score, frequency_score
order by recency_score, frequency_score
