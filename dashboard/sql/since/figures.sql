-- What has arrived since the live version was made: purchases that it does not have, who made them, what they are worth.
select
    unnest(['order_count', 'buying_customer_count', 'new_customer_count', 'net_sales_amount']) as figure,
    unnest(['count', 'count', 'count', 'amount']) as unit,
    unnest([order_count, customer_count, new_customer_count, net_amount]::double[]) as value
from since.summary
