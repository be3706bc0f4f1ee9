-- How large each segment is, and which share of the money it brings and is expected to bring.
select
    segment_name,
    customer_count,
    customer_share,
    net_amount_365d,
    net_amount_365d / nullif(sum(greatest(net_amount_365d, 0)) over (), 0) as net_share,
    predicted_amount,
    predicted_amount / nullif(sum(greatest(predicted_amount, 0)) over (), 0) as predicted_share,
    mean_churn_probability,
    high_risk_customer_count,
    mean_order_count,
    mean_days_since_last_order,
    name_true_share
from marts.segment_overview
where len($segments) = 0 or list_contains($segments, segment_name)
order by customer_count desc, segment_name
