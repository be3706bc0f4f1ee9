-- Which channels the orders are put down to, by each way of sharing them out; who came without a known touch is left out.
with
summed as (
    select attribution_model, channel, sum(order_count) as order_count, sum(net_amount) as net_amount
    from marts.channel_attribution
    where month between $from_month and $to_month and channel <> 'direct'
    group by attribution_model, channel
)
select
    channel,
    attribution_model,
    order_count,
    net_amount,
    order_count / sum(order_count) over (partition by attribution_model) as order_share
from summed
where order_count > 0
order by max(order_count) over (partition by channel) desc, channel, attribution_model
limit 120
