-- What the months can be cut by.
select
    cut_by,
    cut_value,
    sum(text_count) as text_count
from marts.feedback_months
group by cut_by, cut_value
order by cut_by <> 'all', cut_by, text_count desc, cut_value
