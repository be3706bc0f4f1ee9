-- Whom a campaign moved: its effect in groups of customers as they were before it, with 95 % intervals.
select
    dimension,
    segment,
    adjusted_effect,
    lower_adjusted_effect,
    upper_adjusted_effect,
    is_significant,
    treated_count,
    control_count
from marts.campaign_effects_by_segment
where
    outcome = $outcome
    and concat(campaign_name, ' (', campaign_id, ')') = $campaign
    and adjusted_effect is not null
order by dimension, segment
