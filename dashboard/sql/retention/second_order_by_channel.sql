-- Which channels' customers come back: the share with a second order within 90 days (Kaplan-Meier), by what won them.
select
    group_value as acquisition_channel,
    max(at_risk_count) as customer_count,
    1 - arg_max(survival_share, days_since_first_order) as second_order_share,
    1 - arg_max(upper_survival_share, days_since_first_order) as lower_second_order_share,
    1 - arg_max(lower_survival_share, days_since_first_order) as upper_second_order_share
from marts.second_order_survival
where group_kind = 'acquisition_channel' and days_since_first_order <= 90
group by group_value
order by second_order_share desc
limit 15
