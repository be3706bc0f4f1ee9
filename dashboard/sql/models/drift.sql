-- How far the columns of a job have moved since its model was trained, the farthest first, on the newest date.
select
    column_name,
    psi,
    watch_from,
    drifted_from,
    status,
    as_of_date,
    reference_date,
    row_count
from quality.drift
where
    job = $job
    and as_of_date = (select max(newest.as_of_date) from quality.drift as newest where newest.job = $job)
    and psi is not null
order by psi desc
limit 25
