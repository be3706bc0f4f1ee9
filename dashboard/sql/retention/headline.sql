-- How loyal customers are: figures of the newest complete month, and of the same month a year before.
with
newest as (
    select max(month) as month
    from marts.loyalty_months
    where is_complete_month and buying_customer_count_12m > 0
),
loyalty as (
    select
        loyalty_months.month,
        newest.month as newest_month,
        unnest([2, 3, 4]) as position,
        unnest(['net_revenue_retention_share', 'repeat_customer_share', 'purchase_frequency']) as figure,
        unnest(['share', 'share', 'ratio']) as unit,
        unnest([
            loyalty_months.net_revenue_retention_share,
            loyalty_months.repeat_customer_share,
            loyalty_months.purchase_frequency
        ]) as value
    from marts.loyalty_months
    inner join newest
        on loyalty_months.month = newest.month or loyalty_months.month = newest.month - interval 12 month
),
repeat as (
    select *
    from marts.repeat_purchase
    where is_complete and window_days = 90
    order by cohort_month desc
    limit 1
),
repeat_before as (
    select repeat_purchase.repeat_share
    from marts.repeat_purchase
    inner join repeat on repeat_purchase.cohort_month = repeat.cohort_month - interval 12 month
    where repeat_purchase.is_complete and repeat_purchase.window_days = 90
),
figures as (
    select
        1 as position, 'repeat_purchase_90d_share' as figure, 'share' as unit, repeat.cohort_month as month,
        repeat.repeat_share as value, repeat.lower_repeat_share as lower_value, repeat.upper_repeat_share as upper_value,
        (select repeat_share from repeat_before) as value_year_before
    from repeat
    union all
    select
        position, figure, unit, newest_month,
        max(value) filter (where month = newest_month), null, null, max(value) filter (where month < newest_month)
    from loyalty
    group by position, figure, unit, newest_month
)
select * exclude (position)
from figures
where value is not null
order by position
