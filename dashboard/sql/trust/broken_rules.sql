-- The rules that do not hold, the weightiest first, with what to do first.
select
    severity,
    description,
    unexpected_count,
    first_step,
    gate,
    table_name,
    observed_value
from quality.validation_results
where as_of_date = $as_of_date and not success
order by severity, unexpected_count desc nulls last, description
limit 200
