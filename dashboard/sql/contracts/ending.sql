-- Monthly amount of running contracts by the months to the end of their present term, and by the risk that they end.
-- The end of a term follows from the months since the start and the term's length: terms are taken to be renewed alike.
select
    least(term_months - tenure_months % term_months, 12) as months_to_end_of_term,
    coalesce(churn_risk_band, 'not_scored') as churn_risk_band,
    count(*) as contract_count,
    sum(monthly_amount) as monthly_amount,
    sum(monthly_amount * churn_probability) as expected_monthly_loss_amount
from marts.subscription_360
where is_active and term_months > 0
group by all
order by months_to_end_of_term, churn_risk_band
