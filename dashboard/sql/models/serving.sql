-- What serves for each job and part of it, since when, with the figure that decided against the best simple rule. A
-- model that is better by ten percent of the rule's figure gains 0.10, whichever way the figure points.
with
decided as (
    select
        *,
        case
            when not regexp_matches(reason, '^[a-z ,]*(passes|fails|beat)')
                then regexp_extract(reason, '^([a-z ,]+): ', 1)
            else ''
        end as part
    from quality.model_promotions
),
numbered as (
    select
        *,
        row_number() over (partition by job, part order by decided_at desc) as age,
        row_number() over (
            partition by job, part, decision in ('promoted', 'baseline_serves', 'rolled_back') order by decided_at desc
        ) as age_of_kind
    from decided
)
select
    serving.job,
    nullif(serving.part, '') as part,
    case
        when serving.candidate is null then 'nothing'
        when serving.candidate = serving.baseline_name or serving.decision = 'baseline_serves' then 'rule'
        else 'model'
    end as served_by,
    serving.candidate,
    serving.metric_name,
    serving.metric_value,
    serving.baseline_name,
    serving.baseline_value,
    (serving.metric_value - serving.baseline_value) / nullif(abs(serving.baseline_value), 0)
    * case when list_contains($less_is_better, serving.metric_name) then -1 else 1 end as gain_share,
    serving.decided_at,
    serving.model_version,
    newest.decision,
    newest.reason,
    serving.model_name,
    serving.mlflow_run_id
from numbered as serving
inner join numbered as newest
    on serving.job = newest.job and serving.part = newest.part and newest.age = 1
where
    serving.age_of_kind = 1 and serving.decision in ('promoted', 'baseline_serves', 'rolled_back')
    -- Parts of an earlier training that the newest one no longer has are history.
    and (serving.model_version is not null or serving.mlflow_run_id is not distinct from (
        select arg_max(latest.mlflow_run_id, latest.decided_at) from decided as latest where latest.job = serving.job
    ))
order by serving.job, part nulls first
