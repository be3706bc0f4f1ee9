-- Whether this version can be trusted: rules that held at each gate, rows kept out, and the money that is accounted for.
select
    gate,
    count(*) filter (where severity = 'critical') as critical_rule_count,
    count(*) filter (where severity = 'critical' and not success) as broken_critical_rule_count,
    count(*) filter (where severity <> 'critical') as warning_rule_count,
    count(*) filter (where severity <> 'critical' and not success) as broken_warning_rule_count,
    max(validated_at) as validated_at
from quality.validation_results
where as_of_date = $as_of_date
group by gate
order by min(validated_at)
