-- How many customers were in each stage of their lifecycle at the end of each month.
select
    month,
    stage,
    stage_number,
    customer_count,
    customer_share,
    net_amount,
    is_complete_month
from marts.lifecycle_months
where month between $from_month and $to_month
order by month, stage_number
