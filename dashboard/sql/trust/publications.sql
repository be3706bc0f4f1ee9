-- What was published, rolled back to or failed, by whom and why, the newest first.
select
    publications.happened_at,
    publications.event,
    pipeline_runs.status,
    pipeline_runs.as_of_date,
    publications.decided_by,
    publications.reason,
    pipeline_runs.orders as order_count,
    pipeline_runs.net_amount,
    publications.published_version,
    publications.former_version
from quality.publications
left join quality.pipeline_runs on publications.pipeline_run_id = pipeline_runs.pipeline_run_id
order by publications.event_number desc
limit 100
