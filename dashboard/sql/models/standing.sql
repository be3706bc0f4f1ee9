-- How many jobs there are with a decision, and what serves them: a model, for a part of the job at least, or a rule.
with
serving as (
    select
        job,
        bool_or(decision <> 'baseline_serves') as has_model
    from quality.model_promotions
    where
        decision in ('promoted', 'baseline_serves', 'rolled_back')
        and mlflow_run_id is not distinct from (
            select arg_max(newest.mlflow_run_id, newest.decided_at)
            from quality.model_promotions as newest
            where
                newest.job = model_promotions.job
                and newest.decision in ('promoted', 'baseline_serves', 'rolled_back')
        )
    group by job
),
jobs as (
    select
        model_promotions.job,
        arg_max(model_promotions.decision, model_promotions.decided_at) as newest_decision,
        any_value(serving.has_model) as has_model
    from quality.model_promotions
    left join serving on model_promotions.job = serving.job
    group by model_promotions.job
),
counted as (
    select
        count(*) as job_count,
        count(*) filter (where has_model) as model_count,
        count(*) filter (where not has_model) as rule_count,
        count(*) filter (where newest_decision in ('refused', 'failed', 'rejected', 'awaiting_approval'))
            as unsettled_count
    from jobs
)
select
    tiles.figure,
    tiles.value,
    tiles.unit
from counted, lateral (
    select
        unnest(['job_count', 'model_count', 'rule_count', 'unsettled_count']) as figure,
        unnest([job_count, model_count, rule_count, unsettled_count]::double[]) as value,
        unnest(['count', 'count', 'count', 'count']) as unit,
        unnest(range(4)) as position
) as tiles
where counted.job_count > 0
order by tiles.position
