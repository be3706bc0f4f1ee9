-- Customers to begin with: those of whom the most money is expected, with what to do.
select
    customer_id,
    segment_name,
    next_best_action,
    value_at_stake_amount,
    expected_loss_amount,
    net_amount
from marts.customer_360
order by value_at_stake_amount desc nulls last, net_amount desc nulls last, customer_id
limit 10
