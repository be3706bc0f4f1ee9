-- What the model of a job said of groups of customers, and what happened: means on the rows it was judged on.
with
newest as (
    select *
    from quality.model_fairness
    where
        job = $job
        and measured_at = (select max(latest.measured_at) from quality.model_fairness as latest where latest.job = $job)
        and candidate = coalesce(
            (
                select arg_max(decided.candidate, decided.decided_at)
                from quality.model_promotions as decided
                where
                    decided.job = $job
                    and decided.candidate in (select known.candidate from quality.model_fairness as known)
            ),
            candidate
        )
)
select
    candidate,
    case when group_value = '(all)' then 'all' else group_column end as group_column,
    group_value,
    max(customer_count) as customer_count,
    max(metric_value) filter (where metric_name = 'predicted_mean') as predicted_mean,
    max(metric_value) filter (where metric_name = 'actual_mean') as actual_mean,
    max(metric_value) filter (where metric_name = 'level_ratio') as level_ratio,
    max(metric_value) filter (where metric_name = 'selection_rate') as selection_rate_share,
    max(metric_value) filter (where metric_name in ('roc_auc', 'gini')) as ranking_value
from newest
where group_value <> '(difference)' and (group_value <> '(all)' or group_column = 'country')
group by candidate, group_column, group_value
having predicted_mean is not null and actual_mean is not null
order by newest.group_value = '(all)' desc, newest.group_column, newest.group_value
limit 60
