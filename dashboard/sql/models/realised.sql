-- What earlier scores of a job were worth once their time had passed, beside the rule and what was expected.
select
    as_of_date,
    horizon_days,
    model_version,
    metric_name,
    metric_value,
    expected_value,
    baseline_name,
    baseline_value,
    customer_count,
    status,
    reason,
    label_end_date
from quality.realised_performance
where job = $job
order by as_of_date desc, horizon_days, metric_name
limit 200
