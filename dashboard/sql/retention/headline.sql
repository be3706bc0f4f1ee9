-- How loyal customers are: figures of the newest complete month, and of the same month a year before.
with
newest as (
    select max(month) as month
    from marts.loyalty_months
    where is_complete_month and buying_customer_count_12m > 0
),
loyalty as (
    select loyalty_months.*
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
        2, 'net_revenue_retention_share', 'share', newest.month,
        max(loyalty.net_revenue_retention_share) filter (where loyalty.month = newest.month), null, null,
        max(loyalty.net_revenue_retention_share) filter (where loyalty.month < newest.month)
    from loyalty cross join newest
    group by newest.month
    union all
    select
        3, 'repeat_customer_share', 'share', newest.month,
        max(loyalty.repeat_customer_share) filter (where loyalty.month = newest.month), null, null,
        max(loyalty.repeat_customer_share) filter (where loyalty.month < newest.month)
    from loyalty cross join newest
    group by newest.month
    union all
    select
        4, 'purchase_frequency', 'ratio', newest.month,
        max(loyalty.purchase_frequency) filter (where loyalty.month = newest.month), null, null,
        max(loyalty.purchase_frequency) filter (where loyalty.month < newest.month)
    from loyalty cross join newest
    group by newest.month
)
select * exclude (position)
from figures
where value is not null
order by position
