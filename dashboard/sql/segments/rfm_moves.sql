-- Of the customers of an RFM segment, which share was in which one at the next date; the newest pair of dates.
select
    from_rfm_segment_name,
    to_rfm_segment_name,
    customer_count,
    from_segment_share,
    has_moved,
    from_as_of_date,
    to_as_of_date,
    days_between
from marts.rfm_migration
where to_as_of_date = (select max(to_as_of_date) from marts.rfm_migration)
order by from_rfm_segment_name, to_rfm_segment_name
