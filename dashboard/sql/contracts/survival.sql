-- Of the contracts that began in a month, the share that still runs in each month after it; the newest 24 cohorts.
select
    cohort_month,
    months_since_start,
    cohort_subscription_count,
    retained_subscription_count,
    retention_share
from marts.subscription_retention
where
    months_since_start between 1 and 24
    and cohort_month >= (select max(cohort_month) from marts.subscription_retention) - interval 24 month
    and cohort_month between $from_month and $to_month
order by cohort_month, months_since_start
