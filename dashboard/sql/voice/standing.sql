-- What customers say in the newest twelve months: texts, the share that complains, and the net promoter score.
with
texts as (
    select
        sum(text_count) as text_count,
        sum(negative_count) as negative_count
    from marts.feedback_months
    where
        cut_by = 'all'
        and is_complete_month
        and month >= (select max(month) from marts.feedback_months where is_complete_month) - interval 11 month
),
wilson as (
    -- Interval after E. B. Wilson (1927), of 95 %.
    select
        text_count,
        negative_count / nullif(text_count, 0) as share,
        (negative_count + 1.9208) / (text_count + 3.8416) as centre,
        1.96 / (text_count + 3.8416)
        * sqrt(negative_count * (text_count - negative_count) / nullif(text_count, 0) + 0.9604) as half_width
    from texts
),
answers as (
    select *
    from marts.nps
    where cut_by = 'all'
    order by from_date desc
    limit 1
)
select 'text_count' as figure, text_count::double as value, null::double as lower_value, null::double as upper_value, 'count' as unit
from wilson
where text_count > 0
union all
select 'negative_share', share, centre - half_width, centre + half_width, 'share'
from wilson
where text_count > 0
union all
select 'nps_points', nps_points, lower_nps_points, upper_nps_points, 'points'
from answers
union all
select 'response_share', response_share, lower_response_share, upper_response_share, 'share'
from answers
