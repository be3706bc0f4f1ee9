-- What one customer bought in each month, and in which stage that left them.
select
    month,
    stage,
    net_amount,
    order_count,
    days_since_last_order,
    is_complete_month
from marts.customer_lifecycle
where customer_id = $customer
order by month
