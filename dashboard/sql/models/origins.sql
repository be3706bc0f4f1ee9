-- The figures of a job on earlier dates: the best rule, the best model, and the model that would have been in service.
-- Of several backtests of a date the newest counts.
select
    origin_date,
    case
        when role = 'in_service' then 'in_service'
        when role = 'baseline' then 'best_rule'
        else 'best_model'
    end as played_by,
    case
        when list_contains($less_is_better, metric_name) then arg_min(candidate, metric_value)
        else arg_max(candidate, metric_value)
    end as candidate,
    case when list_contains($less_is_better, metric_name) then min(metric_value) else max(metric_value) end
        as metric_value,
    metric_name,
    max(customer_count) as customer_count,
    max(horizon_days) as horizon_days
from quality.backtest
where
    job = $job
    and metric_name = $metric
    and metric_value is not null
    and backtest_id = (
        select arg_max(newest.backtest_id, newest.measured_at)
        from quality.backtest as newest
        where newest.job = backtest.job and newest.origin_date = backtest.origin_date
    )
group by origin_date, played_by, metric_name
order by origin_date, played_by
