-- How many visits reach each step from the shop's door to an order, by who visits.
with
counts as (
    select
        customer_kind,
        sum(session_count) as session_count,
        sum(product_session_count) as product_session_count,
        sum(basket_session_count) as basket_session_count,
        sum(checkout_session_count) as checkout_session_count,
        sum(order_session_count) as order_session_count
    from marts.conversion_funnel
    where month between $from_month and $to_month
    group by customer_kind
)
select
    steps.step,
    counts.customer_kind,
    case steps.step
        when 'session' then counts.session_count
        when 'product' then counts.product_session_count
        when 'basket' then counts.basket_session_count
        when 'checkout' then counts.checkout_session_count
        else counts.order_session_count
    end as step_session_count,
    step_session_count / nullif(counts.session_count, 0) as session_share
from counts
cross join (
    select
        unnest(['session', 'product', 'basket', 'checkout', 'order']) as step,
        unnest(range(5)) as position
) as steps
order by steps.position, counts.customer_kind
