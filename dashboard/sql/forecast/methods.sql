-- Which way of forecasting serves each measure, and why: the decisions of this version's run.
select
    candidate,
    baseline_name,
    decision,
    reason,
    decided_at
from quality.model_promotions
where
    job = 'sales_forecast'
    and as_of_date = (select max(as_of_date) from quality.model_promotions where job = 'sales_forecast')
order by decided_at desc, reason
limit 24
