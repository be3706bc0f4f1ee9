-- The tiers of value: how many customers, what they brought, what is expected of them and how much of that is at risk.
select
    value_tier,
    count(*) as customer_count,
    sum(net_amount) as net_amount,
    sum(predicted_amount) as predicted_amount,
    sum(expected_loss_amount) as expected_loss_amount,
    avg(predicted_amount) as predicted_per_customer_amount,
    count(*) / sum(count(*)) over () as customer_share,
    sum(predicted_amount) / nullif(sum(sum(predicted_amount)) over (), 0) as predicted_amount_share
from marts.customer_360
where
    value_tier is not null
    and (len($countries) = 0 or list_contains($countries, country))
    and (len($segments) = 0 or list_contains($segments, segment_name))
group by value_tier
order by case value_tier when 'top' then 1 when 'high' then 2 when 'medium' then 3 else 4 end
