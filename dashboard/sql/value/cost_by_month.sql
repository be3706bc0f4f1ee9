-- What winning a customer cost, by month and channel; the six channels that cost most.
with
dearest as (
    select acquisition_channel
    from marts.acquisition_monthly
    where acquisition_cost_amount > 0
    group by acquisition_channel
    order by sum(acquisition_cost_amount) desc
    limit 6
)
select
    acquisition_monthly.month,
    acquisition_monthly.acquisition_channel,
    acquisition_monthly.cac_amount,
    acquisition_monthly.acquisition_cost_amount,
    acquisition_monthly.new_customer_count
from marts.acquisition_monthly
inner join dearest on acquisition_monthly.acquisition_channel = dearest.acquisition_channel
where
    acquisition_monthly.cac_amount is not null
    and acquisition_monthly.is_complete_month
    and acquisition_monthly.month between $from_month and $to_month
order by acquisition_monthly.month, acquisition_monthly.acquisition_channel
