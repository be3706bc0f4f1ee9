-- When what looks wrong happened: each month from the first to the last one, also those without anything.
with
found as (
    select
        date_trunc('month', happened_at)::date as month,
        subject_type,
        count(*) as subject_count,
        sum(amount_at_stake) as amount_at_stake
    from scores.anomalies_current
    where status = 'scored' and happened_at is not null
    group by date_trunc('month', happened_at)::date, subject_type
),
months as (
    select unnest(generate_series(min(month), max(month), interval 1 month))::date as month
    from found
)
select
    months.month,
    kinds.subject_type,
    coalesce(found.subject_count, 0) as subject_count,
    coalesce(found.amount_at_stake, 0) as amount_at_stake
from months
cross join (select unnest(['order', 'customer']) as subject_type) as kinds
left join found on months.month = found.month and kinds.subject_type = found.subject_type
where months.month between $from_month and $to_month
order by months.month, kinds.subject_type
