-- Of the customers who first bought in a month, the share who bought again in each month after it; the newest 24 cohorts.
select
    cohort_month,
    months_since_first_order,
    order_month,
    cohort_customer_count,
    active_customer_count,
    retention_share
from marts.cohort_retention
where
    is_complete_month
    and months_since_first_order between 1 and 24
    and cohort_month >= (select max(cohort_month) from marts.cohort_retention) - interval 24 month
    and cohort_month between $from_month and $to_month
order by cohort_month, months_since_first_order
