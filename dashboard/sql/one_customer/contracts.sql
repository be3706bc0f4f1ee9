-- The contracts of one customer, and whether they are likely to end.
select
    subscription_id,
    plan_name,
    monthly_amount,
    started_at,
    ended_at,
    is_active,
    churn_probability as subscription_churn_probability,
    expected_remaining_months,
    churn_reasons
from marts.subscription_360
where customer_id = $customer
order by is_active desc, started_at desc
limit 50
