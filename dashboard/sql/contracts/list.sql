-- The running contracts that are most likely to cost money: what is expected to be lost, and why, the most first.
select
    contracts.subscription_id,
    contracts.customer_id,
    contracts.monthly_amount * contracts.churn_probability as expected_monthly_loss_amount,
    contracts.churn_reasons,
    contracts.monthly_amount,
    contracts.churn_probability as subscription_churn_probability,
    contracts.churn_risk_band,
    contracts.plan_name,
    contracts.term_months,
    contracts.term_months - contracts.tenure_months % contracts.term_months as months_to_end_of_term,
    contracts.survival_12m_probability,
    customers.may_be_contacted,
    customers.country
from marts.subscription_360 as contracts
left join marts.customer_360 as customers on contracts.customer_id = customers.customer_id
where contracts.is_active and contracts.churn_probability is not null
order by expected_monthly_loss_amount desc nulls last, contracts.churn_probability desc, contracts.subscription_id
limit $row_count
