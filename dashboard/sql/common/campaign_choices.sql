-- The outcomes that campaigns were judged by, and the campaigns whose groups of customers were large enough to be looked
-- at one by one, the newest first.
select 'outcome' as kind, outcome as value, max(started_at) as started_at
from marts.campaign_effects
group by outcome
union all
select 'campaign', concat(effects.campaign_name, ' (', effects.campaign_id, ')'), max(effects.started_at)
from marts.campaign_effects as effects
inner join marts.campaign_effects_by_segment as groups on effects.campaign_id = groups.campaign_id
where groups.adjusted_effect is not null
group by effects.campaign_name, effects.campaign_id
order by kind, started_at desc, value
