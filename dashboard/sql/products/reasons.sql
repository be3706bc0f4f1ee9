-- Why products are recommended: the share of each reason in each list, and what computed it.
select
    list_name,
    reason_code,
    computed_by,
    count(*) as place_count,
    count(*) / sum(count(*)) over (partition by list_name) as place_share
from scores.customer_recommendations_current
where status = 'scored' and reason_code is not null
group by list_name, reason_code, computed_by
order by list_name, place_count desc, reason_code, computed_by
