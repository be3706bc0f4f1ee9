-- How large the segments were at each scoring, as long as one model has named them: the model of the newest date.
with
newest as (
    select
        arg_max(model_name, as_of_date) as model_name,
        arg_max(model_version, as_of_date) as model_version
    from scores.customer_segments
    where status = 'scored'
),
sizes as (
    select
        segments.as_of_date,
        segments.segment_name,
        count(*) as customer_count
    from scores.customer_segments as segments
    inner join newest
        on segments.model_name = newest.model_name and segments.model_version = newest.model_version
    where segments.status = 'scored' and segments.segment_name is not null
    group by segments.as_of_date, segments.segment_name
)
select
    as_of_date,
    segment_name,
    customer_count,
    customer_count / sum(customer_count) over (partition by as_of_date) as customer_share
from sizes
where (select count(distinct counted.as_of_date) from sizes as counted) > 1
order by as_of_date, segment_name
