-- What the customers who are scored are expected to bring within 90, 180 and 365 days. The interval says how far chance
-- among customers moves the sum, their errors taken as independent; what errs for all at once comes on top.
with
predictions as (
    select
        unnest([90, 180, 365]) as horizon_days,
        unnest([predicted_amount, predicted_180d_amount, predicted_365d_amount]) as predicted_amount,
        unnest([predicted_lower_amount, predicted_180d_lower_amount, predicted_365d_lower_amount]) as lower_amount,
        unnest([predicted_upper_amount, predicted_180d_upper_amount, predicted_365d_upper_amount]) as upper_amount
    from marts.customer_360
    where
        (len($countries) = 0 or list_contains($countries, country))
        and (len($segments) = 0 or list_contains($segments, segment_name))
)
select
    horizon_days,
    count(*) as customer_count,
    sum(predicted_amount) as predicted_amount,
    sum(predicted_amount) - sqrt(sum(power(predicted_amount - lower_amount, 2))) as lower_predicted_amount,
    sum(predicted_amount) + sqrt(sum(power(upper_amount - predicted_amount, 2))) as upper_predicted_amount
from predictions
where predicted_amount is not null
group by horizon_days
order by horizon_days
