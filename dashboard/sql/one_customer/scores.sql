-- What the models said of one customer on each date, and why; the newest date first.
select
    coalesce(churn.as_of_date, clv.as_of_date) as as_of_date,
    churn.churn_probability,
    churn.churn_risk_band,
    churn.reasons as churn_reasons,
    clv.predicted_amount,
    clv.predicted_lower_amount,
    clv.predicted_upper_amount,
    clv.reasons as value_reasons,
    segments.segment_name,
    coalesce(churn.reason, clv.reason) as not_scored_reason
from (select * from scores.customer_churn where customer_id = $customer) as churn
full join (select * from scores.customer_clv where customer_id = $customer) as clv
    on churn.as_of_date = clv.as_of_date
left join (select * from scores.customer_segments where customer_id = $customer) as segments
    on coalesce(churn.as_of_date, clv.as_of_date) = segments.as_of_date
order by as_of_date desc
limit 60
