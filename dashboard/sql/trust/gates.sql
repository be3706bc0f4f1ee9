-- How many rules were checked at each gate, and how many held.
select
    gate,
    severity,
    count(*) filter (where success) as held_rule_count,
    count(*) filter (where not success) as broken_rule_count,
    count(distinct table_name) as table_count,
    max(validated_at) as validated_at
from quality.validation_results
where as_of_date = $as_of_date
group by gate, severity
order by min(validated_at), severity
