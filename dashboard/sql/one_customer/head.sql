-- What is known of one customer, what is expected, and what to do and why.
select
    customer_360.* replace (
        case when customer_360.is_learned_action_proven then customer_360.learned_action end as learned_action
    ),
    next_order.earliest_next_order_date,
    next_order.latest_next_order_date,
    next_order.horizon_days as next_order_horizon_days,
    next_order.reason as next_order_reason,
    stages.stage
from marts.customer_360
left join scores.customer_next_order_current as next_order on customer_360.customer_id = next_order.customer_id
left join (
    select customer_id, stage
    from marts.customer_lifecycle
    where customer_id = $customer
    order by month desc
    limit 1
) as stages on customer_360.customer_id = stages.customer_id
where customer_360.customer_id = $customer
