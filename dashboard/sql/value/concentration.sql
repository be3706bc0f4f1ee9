-- How few customers bring most of the money: the share of net sales of the best 1 %, 2 %, … of customers who have bought.
with
ranked as (
    select
        net_amount,
        row_number() over (order by net_amount desc, customer_id) as place,
        count(*) over () as customer_count,
        sum(net_amount) over () as whole_amount
    from marts.customer_360
    where
        order_count > 0
        and (len($countries) = 0 or list_contains($countries, country))
        and (len($segments) = 0 or list_contains($segments, segment_name))
),
hundredths as (
    select
        cast(ceil(100.0 * place / customer_count) as integer) as hundredth,
        count(*) as customer_count,
        sum(net_amount) as net_amount,
        any_value(whole_amount) as whole_amount
    from ranked
    group by hundredth
)
select
    hundredth / 100 as customer_share,
    sum(customer_count) over (order by hundredth) as customer_count,
    sum(net_amount) over (order by hundredth) as net_amount,
    sum(net_amount) over (order by hundredth) / nullif(whole_amount, 0) as net_amount_share
from hundredths
where whole_amount > 0
order by hundredth
