-- What came back of each campaign for each unit spent on it, beyond itself, with the 95 % interval; the newest 20.
select
    concat(campaign_name, ' (', campaign_id, ')') as campaign,
    campaign_channel,
    roi,
    lower_roi,
    upper_roi,
    roi_basis,
    cost_amount,
    incremental_total as incremental_amount,
    lower_incremental_total as lower_incremental_amount,
    upper_incremental_total as upper_incremental_amount
from marts.campaign_effects
where roi is not null
order by started_at desc, campaign_id
limit 20
