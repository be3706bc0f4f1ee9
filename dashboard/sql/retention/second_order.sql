-- How long until the second order: the share of customers who have placed it, by days since the first (Kaplan-Meier).
select
    days_since_first_order,
    at_risk_count,
    second_order_count,
    1 - survival_share as second_order_share,
    1 - upper_survival_share as lower_second_order_share,
    1 - lower_survival_share as upper_second_order_share
from marts.second_order_survival
where group_kind = 'all' and days_since_first_order <= 365
order by days_since_first_order
