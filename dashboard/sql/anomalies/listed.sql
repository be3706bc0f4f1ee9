-- The orders and customers that look wrong, in the order in which to look at them, by their state.
select
    anomaly_rank,
    state,
    subject_type,
    subject_id,
    customer_id,
    amount_at_stake,
    anomaly_reasons,
    happened_at,
    anomaly_score,
    state_decided_by,
    state_decided_on,
    state_reason
from scores.anomalies_current
where status = 'scored' and list_contains($states, state)
order by anomaly_rank nulls last, amount_at_stake desc, subject_type, subject_id
limit 500
