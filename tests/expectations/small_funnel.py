"""What the small shop holds of sessions, attribution and acquisition."""

from __future__ import annotations

# In June c1 ordered o4 in a session, and somebody left a basket behind.
CONVERSION = """
insert into marts.fct_sessions by name
select session_id, customer_id, furthest_step, linked_net_amount, linked_net_amount > 0 as has_purchase,
    case when linked_net_amount > 0 then 1 else 0 end as linked_order_count,
    date '2024-06-10' as session_date, timestamp '2024-06-10 10:00' as started_at,
    timestamp '2024-06-10 10:00' as last_event_at
from (values ('s1', 'c1', 'order', 5), ('s2', null, 'basket', 0)) as s(session_id, customer_id, furthest_step,
    linked_net_amount);
insert into marts.conversion_linkage by name
select date_trunc('month', order_date) as month, count(*) filter (order_id = 'o4') as purchase_event_count,
    count(*) filter (order_id = 'o4') as linked_event_count, 0 as repeated_event_count, 0 as orderless_event_count,
    count(*) filter (order_id = 'o4') as linked_order_count,
    coalesce(sum(net_amount) filter (order_id = 'o4'), 0) as linked_net_amount,
    coalesce(sum(net_amount) filter (order_id <> 'o4' and order_kind = 'sale'), 0) as unlinked_net_amount,
    coalesce(sum(net_amount) filter (order_kind <> 'sale'), 0) as other_net_amount
from marts.fct_orders group by 1;
insert into marts.conversion_funnel by name
select date '2024-06-01' as month, 2 as session_count, 2 as product_session_count, 2 as basket_session_count,
    1 as checkout_session_count, 1 as order_session_count, 5 as linked_net_amount;
insert into marts.abandoned_baskets by name
select 's2' as session_id, null as customer_id, 'basket' as furthest_step, false as may_be_contacted;
"""

# c1 paid back what winning him cost with the first order; what c2 cost is not known.
ACQUISITION = """
insert into marts.acquisition_monthly by name
select date_trunc('month', first_order_date) as month,
    if(c.customer_id = 'c1', 'search', 'unknown') as acquisition_channel, 1 as new_customer_count,
    sum(net_amount) as net_amount
from marts.dim_customers as c join marts.fct_orders using (customer_id) group by all;
insert into marts.acquisition_payback by name
select month as cohort_month, acquisition_channel, 1 as new_customer_count, 30 as watched_months,
    if(acquisition_channel = 'search', 0, null) as payback_months,
    if(acquisition_channel = 'search', null, 'Not known.') as no_payback_reason
from marts.acquisition_monthly;
insert into marts.revenue_new_and_returning by name
select date_trunc('month', order_date) as month, sum(net_amount) as net_amount,
    coalesce(sum(net_amount) filter (is_guest), 0) as guest_net_amount,
    coalesce(sum(net_amount) filter (order_id in ('o1', 'o2')), 0) as new_net_amount,
    coalesce(sum(net_amount) filter (order_id in ('o4', 'o5', 'o6')), 0) as returning_net_amount
from marts.fct_orders group by 1;
"""

# o4 is credited to two messages alike, the other purchases to none.
ATTRIBUTION = "".join(
    (
        "insert into marts.attribution_touches by name select order_id, order_date, number as touch_number, "
        "case count(*) over (partition by order_id) when 2 then 'mail' else 'direct' end as channel",
        *(
            f", 1.0 / count(*) over (partition by order_id) as {model}_share, "
            f"net_amount / count(*) over (partition by order_id) as {model}_amount"
            for model in ("first_touch", "last_touch", "linear", "position_based", "time_decay", "removal_effect")
        ),
        " from marts.fct_orders cross join range(1, 3) as touches(number) "
        "where is_purchase and (number = 1 or order_id = 'o4');",
        *(
            "insert into marts.channel_attribution by name select date_trunc('month', order_date) as month, "
            f"'{model}' as attribution_model, channel, sum({model}_share) as order_count, "
            f"sum({model}_amount) as net_amount from marts.attribution_touches group by 1, channel;"
            for model in ("first_touch", "last_touch", "linear", "position_based", "time_decay", "removal_effect")
        ),
    )
)
