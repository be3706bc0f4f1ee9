-- How many customers have ordered how often, and how much of the money they brought.
select
    order_count,
    is_or_more,
    customer_count,
    customer_share,
    net_amount,
    net_amount_share
from marts.purchase_frequency
where net_amount_share is not null
order by order_count
