-- The customers for whom one action is the next best and who may be contacted: the most money to be lost first.
select
    customer_id,
    next_best_action_reason,
    coalesce(churn_reasons, subscription_churn_reason) as churn_reasons,
    expected_loss_amount,
    value_at_stake_amount,
    churn_probability,
    coalesce(new_product_name, recommended_product_name) as offered_product_name,
    case when new_product_name is not null then new_product_reason else recommended_product_reason end as offer_reason,
    case when is_learned_action_proven then learned_action end as learned_action,
    contact_uplift_probability,
    contact_profit_amount,
    days_since_last_order,
    order_count,
    net_amount,
    subscription_churn_probability,
    monthly_subscription_amount,
    segment_name,
    country
from marts.customer_360
where
    next_best_action = $action
    and may_be_contacted
    and (len($countries) = 0 or list_contains($countries, country))
    and (len($segments) = 0 or list_contains($segments, segment_name))
order by
    expected_loss_amount desc nulls last,
    subscription_churn_probability desc nulls last,
    registered_at desc nulls last,
    customer_id
limit $row_count
