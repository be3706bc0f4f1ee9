-- What each campaign cost, and what one more order cost; where the effect may be nothing, that has no upper bound.
select
    concat(campaign_name, ' (', campaign_id, ')') as campaign,
    campaign_channel,
    started_at::date as started_date,
    verdict,
    treated_count,
    cost_amount,
    incremental_total as incremental_order_count,
    lower_incremental_total as lower_incremental_order_count,
    upper_incremental_total as upper_incremental_order_count,
    detectable_total as detectable_order_count,
    cost_per_incremental as cost_per_order_amount,
    lower_cost_per_incremental as lower_cost_per_order_amount,
    upper_cost_per_incremental as upper_cost_per_order_amount,
    coalesce(reason, cost_note) as cost_note
from marts.campaign_effects
where outcome = 'orders'
order by started_at desc, campaign_id
limit 200
