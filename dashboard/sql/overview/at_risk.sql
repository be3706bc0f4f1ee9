-- What is expected of the customers in each risk band, and how much of it is likely to be lost.
select
    churn_risk_band,
    count(*) as customer_count,
    sum(value_at_stake_amount) as value_at_stake_amount,
    sum(expected_loss_amount) as expected_loss_amount,
    max(churn_horizon_days) as horizon_days
from marts.customer_360
where
    churn_risk_band is not null
    and (len($countries) = 0 or list_contains($countries, country))
    and (len($segments) = 0 or list_contains($segments, segment_name))
group by churn_risk_band
order by case churn_risk_band when 'high' then 1 when 'medium' then 2 else 3 end
