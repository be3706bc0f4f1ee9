-- Of what a month's new customers spent in that month, the share that they spent in each month after it.
select
    cohort_month,
    months_since_first_order,
    order_month,
    cohort_customer_count,
    net_amount,
    revenue_retention_share
from marts.cohort_revenue_retention
where
    is_complete_month
    and months_since_first_order between 1 and 24
    and cohort_month >= (select max(cohort_month) from marts.cohort_revenue_retention) - interval 24 month
    and cohort_month between $from_month and $to_month
order by cohort_month, months_since_first_order
