-- How much customers are worth: what they brought, how few bring most of it, and what is expected of them.
with
customers as (
    select net_amount, predicted_amount, acquisition_cost_amount
    from marts.customer_360
    where
        (len($countries) = 0 or list_contains($countries, country))
        and (len($segments) = 0 or list_contains($segments, segment_name))
        and order_count > 0
),
ranked as (
    select *, ntile(10) over (order by net_amount desc) as tenth
    from customers
),
figures as (
    select 1 as position, 'historic_value' as figure, 'amount' as unit, sum(net_amount) as value
    from ranked
    union all
    select
        2, 'top_tenth_share', 'share',
        sum(net_amount) filter (where tenth = 1) / nullif(sum(net_amount), 0)
    from ranked
    union all
    select 3, 'value_per_customer', 'amount', avg(net_amount)
    from ranked
    union all
    select 4, 'acquisition_cost_per_customer', 'amount', avg(acquisition_cost_amount)
    from ranked
)
select figure, unit, value, 'neither' as better_is
from figures
where value is not null
order by position
