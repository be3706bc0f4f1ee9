-- Of answers, how many were given by customers who then did not buy again, by what they answered.
select
    measure,
    answer,
    churn_share,
    lower_churn_share,
    upper_churn_share,
    answer_count,
    customer_count,
    churn_horizon_days
from marts.satisfaction_and_churn
where churn_share is not null and answer <> 'all'
order by
    measure,
    case answer when 'promoter' then '1' when 'passive' then '2' when 'detractor' then '3' else answer end
