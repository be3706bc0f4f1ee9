-- The share of texts that complain by month, with its interval: of all texts, or of one product group, theme or segment.
select
    month,
    text_count,
    negative_count,
    positive_count,
    negative_share,
    lower_negative_share,
    upper_negative_share,
    is_complete_month
from marts.feedback_months
where
    cut_by = $cut_by
    and cut_value = $cut_value
    and month between $from_month and $to_month
order by month
