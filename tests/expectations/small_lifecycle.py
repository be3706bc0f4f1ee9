"""Stages of the small shop's three customers, by hand: c1 is active, c2 has lapsed, c3 is a prospect since June."""

LIFECYCLE = """
insert into marts.customer_lifecycle by name
select customers.customer_id, cast(months.month as date) as month, months.month + interval 1 month as evaluated_on,
    true as is_complete_month,
    case when months.month = first_month then first_stage else later_stage end as stage,
    case
        when months.month = first_month then 'not_yet_known'
        when months.month = first_month + interval 1 month then first_stage
        else later_stage
    end as stage_before,
    case when customers.customer_id = 'c3' then 0 else 1 end as order_day_count,
    cast(0 as integer) as order_count, cast(0 as decimal(18, 2)) as net_amount,
    cast(0 as decimal(18, 2)) as net_amount_before
from (values
    ('c1', date '2024-01-01', 'new', 'active'),
    ('c2', date '2022-01-01', 'new', 'lapsed'),
    ('c3', date '2024-06-01', 'prospect', 'prospect')
) as customers(customer_id, first_month, first_stage, later_stage)
inner join (select unnest(generate_series(date '2022-01-01', date '2024-06-01', interval 1 month)) as month) as months
    on months.month >= customers.first_month;

-- c1 bought for 10.00 in January; of June's 5.00 nothing stands
update marts.customer_lifecycle set order_count = 1, net_amount = 10 where stage = 'new';
update marts.customer_lifecycle set net_amount_before = 10 where stage_before = 'new';
update marts.customer_lifecycle set order_count = 1 where customer_id = 'c1' and month = date '2024-06-01';
update marts.customer_lifecycle set is_live = stage in ('new', 'active');

insert into marts.lifecycle_months by name
select month, true as is_complete_month, stage, count(*) as customer_count, sum(order_count) as order_count,
    sum(net_amount) as net_amount
from marts.customer_lifecycle group by month, stage;

insert into marts.lifecycle_moves by name
select month, stage_before as from_stage, stage as to_stage, count(*) as customer_count,
    sum(net_amount_before) as net_amount_before, sum(net_amount) as net_amount
from marts.customer_lifecycle group by month, stage_before, stage;

insert into marts.lifecycle_rates by name
select distinct month, 0 as live_before_count, 0 as live_count, 0 as retained_count, 0 as acquired_count,
    0 as reactivated_count, 0 as churned_count, 0 as undone_count, 0.00 as net_amount, 0.00 as guest_net_amount
from marts.customer_lifecycle;
update marts.lifecycle_rates set live_count = 1, acquired_count = 1, net_amount = 10
where month in (date '2022-01-01', date '2024-01-01');
update marts.lifecycle_rates set live_before_count = 1, churned_count = 1 where month = date '2022-02-01';
update marts.lifecycle_rates set live_before_count = 1, live_count = 1, retained_count = 1
where month > date '2024-01-01';
update marts.lifecycle_rates set guest_net_amount = 7.50 where month = date '2024-03-01';
"""
