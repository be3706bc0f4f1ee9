-- Net sales of orders that the live version does not have, by the hour in which they were made.
select
    hour,
    order_count,
    customer_count,
    net_amount
from since.orders_by_hour
order by hour
