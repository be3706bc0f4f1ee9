-- How the contracts stand: recurring revenue and how much of it stays, in the newest complete month and a year before.
with
newest as (
    select max(month) as month
    from marts.mrr_movements
    where is_complete_month
),
months as (
    select mrr_movements.*, mrr_movements.month = newest.month as is_newest
    from marts.mrr_movements
    inner join newest
        on mrr_movements.month = newest.month or mrr_movements.month = newest.month - interval 12 month
),
figures as (
    select 1 as position, 'mrr' as figure, 'amount' as unit, 'more' as better_is, closing_mrr_amount as value, month, is_newest
    from months
    union all
    select 2, 'paying_customers', 'count', 'more', closing_customer_count, month, is_newest from months
    union all
    select 3, 'mrr_churn', 'share', 'less', gross_revenue_churn_share, month, is_newest from months
    union all
    select 4, 'mrr_retention_12m', 'share', 'more', net_revenue_retention_12m_share, month, is_newest from months
)
select
    figure,
    unit,
    better_is,
    max(month) filter (where is_newest) as month,
    max(value) filter (where is_newest) as value,
    max(value) filter (where not is_newest) as value_year_before
from figures
group by position, figure, unit, better_is
having max(value) filter (where is_newest) is not null
order by position
