-- Of each month's new customers, the share with a second order within 30 to 365 days, once the window is over for all.
select
    cohort_month,
    window_days,
    cohort_customer_count,
    repeat_customer_count,
    repeat_share,
    lower_repeat_share,
    upper_repeat_share
from marts.repeat_purchase
where is_complete and cohort_month between $from_month and $to_month
order by window_days, cohort_month
