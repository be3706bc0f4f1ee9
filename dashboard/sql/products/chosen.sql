-- What was chosen for rules, recommendations and contacts, and why, in the newest decisions.
select
    job,
    decision,
    candidate,
    baseline_name,
    reason,
    decided_at
from quality.model_promotions
where
    job in ('product_affinity', 'recommendations', 'uplift')
    and mlflow_run_id = (
        select arg_max(newest.mlflow_run_id, newest.decided_at)
        from quality.model_promotions as newest
        where newest.job = model_promotions.job
    )
order by job, decided_at
