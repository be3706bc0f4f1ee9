-- What was decided about the models of a job, the newest first.
select
    decided_at,
    decision,
    candidate,
    reason,
    metric_name,
    metric_value,
    baseline_name,
    baseline_value,
    champion_value,
    as_of_date,
    model_version
from quality.model_promotions
where job = $job
order by decided_at desc
limit 50
