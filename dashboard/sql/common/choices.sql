-- What a page can be narrowed to.
select 'month' as kind, strftime(month, '%Y-%m') as value
from (select distinct month from marts.kpis)
union all
select 'country', country
from (select distinct country from marts.customer_360 where country is not null)
union all
select 'segment', segment_name
from (select distinct segment_name from marts.customer_360 where segment_name is not null)
order by kind, value
