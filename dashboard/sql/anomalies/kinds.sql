-- How many look wrong in which way, and the money at stake; who has two findings is counted under each.
select
    code,
    state,
    count(*) as subject_count,
    sum(amount_at_stake) as amount_at_stake
from (
    select
        unnest(string_split(anomaly_codes, ',')) as code,
        state,
        amount_at_stake
    from scores.anomalies_current
    where status = 'scored'
)
where code <> ''
group by code, state
order by sum(sum(amount_at_stake)) over (partition by code) desc, code, state
