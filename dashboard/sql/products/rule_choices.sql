-- The periods and segments that have rules.
select
    period_name,
    segment_name,
    count(*) as rule_count
from scores.product_rules_current
where status = 'scored'
group by period_name, segment_name
order by segment_name <> 'all customers', segment_name, period_name = 'whole history' desc, min(period_start_date)
