-- The net promoter score with its interval, by month, product group or segment.
select
    cut_value,
    from_date,
    nps_points,
    lower_nps_points,
    upper_nps_points,
    answer_count,
    promoter_count,
    passive_count,
    detractor_count,
    response_share
from marts.nps
where cut_by = $cut_by and nps_points is not null
order by case when cut_by = 'month' then from_date end, nps_points desc, cut_value
limit 60
